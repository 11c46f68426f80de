import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseGenerationRequest } from '../../src/generation/parse-generation-request.ts'

describe('parseGenerationRequest', () => {
  it('fills in the plain style, and the FNV-1a hash of the prompt as the seed', () => {
    assert.deepEqual(parseGenerationRequest({ prompt: 'foobar' }), {
      ok: true,
      request: { prompt: 'foobar', style: 'plain', seed: 0xbf9cf968 },
    })
  })

  it('keeps what the request says', () => {
    const request = { prompt: 'a tree', style: 'formal', seed: 0 }
    assert.deepEqual(parseGenerationRequest(request), { ok: true, request })
  })

  it('names every violation at once', () => {
    const parsed = parseGenerationRequest({ prompt: '', style: 'loud', seed: -1, 'a/b': 1 })
    assert.ok(!parsed.ok)
    assert.deepEqual(
      parsed.violations.map((violation) => violation.pointer),
      ['/a~1b', '/prompt', '/style', '/seed'],
    )
  })

  it('counts characters, not UTF-16 units', () => {
    assert.ok(parseGenerationRequest({ prompt: '🚢'.repeat(500) }).ok)
    assert.ok(!parseGenerationRequest({ prompt: '🚢'.repeat(501) }).ok)
  })

  for (const prompt of [undefined, null, 1, '', ' a', '\n', 'a\nb', 'a\u0000b', 'a\u007f', ['a']]) {
    it(`refuses the prompt ${JSON.stringify(prompt)}`, () => {
      assert.ok(!parseGenerationRequest({ prompt }).ok)
    })
  }

  for (const seed of [null, '1', 1.5, -1, 2 ** 32, Number.NaN]) {
    it(`refuses the seed ${String(seed)} of type ${typeof seed}`, () => {
      assert.ok(!parseGenerationRequest({ prompt: 'a', seed }).ok)
    })
  }

  for (const value of [null, 1, 'a', [], [{ prompt: 'a' }]]) {
    it(`refuses ${JSON.stringify(value)} in place of an object`, () => {
      assert.deepEqual(parseGenerationRequest(value), {
        ok: false,
        violations: [{ pointer: '', detail: 'expected an object' }],
      })
    })
  }
})
