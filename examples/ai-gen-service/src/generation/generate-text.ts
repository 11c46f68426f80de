import { corpus, phrases } from './corpus.ts'
import type { GenerationRequest } from './generation.ts'
import { hashText, seededRandom, type Random } from './seeded-random.ts'

const sentencesPerText = 3
const wordsPerSentence = { least: 6, most: 18 }

/** For each word of the corpus, the words seen after it; one that was seen twice is twice as likely. */
const followers = new Map<string, string[]>()
for (const sentence of corpus) {
  const words = sentence.split(' ')
  words.forEach((word, index) => {
    const next = words[index + 1]
    followers.set(word, [...(followers.get(word) ?? []), ...(next === undefined ? [] : [next])])
  })
}
const starts = corpus.map((sentence) => sentence.split(' ')[0] ?? '')

/**
 * Composes a short text: a Markov chain over the corpus inside phrases of the style, started from the prompt's own
 * words where the corpus knows them. Pure: the same request gives the same text.
 */
export function generateText(request: GenerationRequest): string {
  const random = seededRandom(hashText(`${request.seed}\n${request.style}\n${request.prompt}`))
  const { openings, joints, closings } = phrases[request.style]
  const known = request.prompt
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => (followers.get(word)?.length ?? 0) > 0)
  const sentences = Array.from({ length: sentencesPerText }, (_, index) => {
    const body = composeSentence(random, pick(random, known.length > 0 ? known : starts))
    return index === 0
      ? `${pick(random, openings)} “${request.prompt}”: ${body}.`
      : `${pick(random, joints)} ${body}.`
  })
  return [...sentences, pick(random, closings)].join(' ')
}

function composeSentence(random: Random, start: string): string {
  const length =
    wordsPerSentence.least + Math.floor(random() * (wordsPerSentence.most - wordsPerSentence.least))
  const words = [start]
  while (words.length < length) {
    const next = followers.get(words.at(-1) ?? '') ?? []
    if (next.length === 0) break
    words.push(pick(random, next))
  }
  return words.join(' ')
}

function pick(random: Random, choices: readonly string[]): string {
  return choices[Math.floor(random() * choices.length)] ?? ''
}
