import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateText } from '../../src/generation/generate-text.ts'
import { styles } from '../../src/generation/generation.ts'

describe('generateText', () => {
  const request = { prompt: 'the ship leaves the harbour', style: 'plain', seed: 7 } as const

  it('gives the same text for the same request', () => {
    assert.equal(generateText(request), generateText({ ...request }))
  })

  it('gives another text for another seed', () => {
    const texts = new Set(Array.from({ length: 20 }, (_, seed) => generateText({ ...request, seed })))
    assert.ok(texts.size >= 19, `${texts.size} of 20 texts differ`)
  })

  it('gives another text for another style', () => {
    assert.equal(new Set(styles.map((style) => generateText({ ...request, style }))).size, styles.length)
  })

  it('quotes the prompt and begins with a word of it that the corpus knows', () => {
    assert.match(generateText({ ...request, prompt: 'xyzzy harbour' }), /“xyzzy harbour”: harbour /)
  })

  it('answers prompts of which it knows no word', () => {
    assert.match(generateText({ ...request, prompt: '東京 🚢' }), /“東京 🚢”: [a-z]+ .+\./)
  })
})
