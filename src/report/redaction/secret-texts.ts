import { findEmbedded } from './find-embedded.ts'
import { Forms, SHORTEST } from './secret-forms.ts'

/** Values within values; more would be written on purpose. */
const MOST_LEVELS = 4
/** In values that are longer, what hardly anybody prints of them is not looked for: memory and time have a limit. */
const LONGEST_FOR_RARE = 4096
const LONGEST_FOR_WITHIN = 65_536

/** Texts, and the forms in which each is looked for: of `Forms`, added up. */
export type SecretTexts = ReadonlyMap<string, number>

/**
 * The texts that a value makes secret: itself and each of its lines. White space around a text is not part of it, and
 * texts of fewer than 4 characters are left out.
 */
export function secretTexts(value: string): SecretTexts {
  const texts = new Map<string, number>()
  const add = (text: string, forms: number) => {
    if (text.length >= SHORTEST) texts.set(text, (texts.get(text) ?? 0) | forms)
  }
  // How lines end depends on who prints them; what prints a text skips a zero byte.
  const whole = value.replaceAll('\0', '').replace(/\r\n?/g, '\n').trim()
  const lines = whole.split('\n').map((line) => line.trim())
  const hasShortLine = lines.some((line) => line.length > 0 && line.length < SHORTEST)
  const isLong = whole.length > LONGEST_FOR_WITHIN
  const forms =
    Forms.plain |
    (isLong ? 0 : Forms.base64 | Forms.within) |
    (whole.length > LONGEST_FOR_RARE ? 0 : Forms.rare)
  for (const line of lines) add(line, forms)
  // With the line ends that the value had.
  if (isLong) add(value.trim(), Forms.base64)
  if (hasShortLine || whole.length <= LONGEST_FOR_RARE) add(whole, forms)
  return texts
}

/** The same of every value that is found within the value, and within these. */
export function embeddedTexts(value: string): SecretTexts {
  const texts = new Map<string, number>()
  const known = new Set([value])
  let level: readonly string[] = [value]
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth += 1) {
    level = level.flatMap(findEmbedded).filter((each) => !known.has(each))
    for (const each of level) {
      known.add(each)
      for (const [text, forms] of secretTexts(each)) texts.set(text, (texts.get(text) ?? 0) | forms)
    }
  }
  return texts
}
