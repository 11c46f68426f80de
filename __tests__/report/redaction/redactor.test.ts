import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { secretForms } from './whole-forms.ts'

function redactorFor(...values: readonly string[]) {
  const redactor = createRedactor()
  for (const value of values) redactor.add(value)
  return redactor
}

function redactChunks(redactor: ReturnType<typeof createRedactor>, chunks: readonly Uint8Array[]): string {
  const stream = redactor.openStream()
  return Buffer.concat([
    ...chunks.map((chunk) => Uint8Array.from(stream.push(chunk))),
    stream.end(),
  ]).toString('latin1')
}

function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

const secret = `p"a'ss/w<ör>d & $HOME`

describe('A secret is hidden', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  it.each([
    ['as it is', secret],
    ['in base64', base64(secret)],
    ['in base64, one byte later', base64(`a${secret}`)],
    ['in base64, two bytes later', base64(`ab${secret}`)],
    ['in base64 with something after it', base64(`user:${secret}@host`)],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    ['in upper-case hexadecimal', Buffer.from(secret).toString('hex').toUpperCase()],
    ['in a URL', encodeURIComponent(secret)],
    ['in a form', new URLSearchParams({ a: secret }).toString()],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON within JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    [
      'in the JSON of Go',
      JSON.stringify(secret).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    ],
    ['in the JSON of Python', JSON.stringify(secret).replaceAll('ö', '\\u00f6')],
    ['in XML', 'p&quot;a&#39;ss/w&lt;ör&gt;d &amp; $HOME'],
    ['in single quotes of a shell', `'${secret.replaceAll("'", "'\\''")}'`],
    ['in double quotes of a shell', `"${secret.replace(/["$]/g, (character) => `\\${character}`)}"`],
  ])('%s', (_name, text) => {
    const redacted = redactorFor(secret).redact(`before ${text} after`)
    expect(redacted).toMatch(/^before .*\*\*\*.* after$/)
    for (const piece of ['ss/w', 'ss%2', 'HOME', text.slice(6, 16)]) expect(redacted).not.toContain(piece)
  })

  it('line by line too, but not lines under four characters', () => {
    const redactor = redactorFor('first line\r\nab\nsecond line\n')
    expect(redactor.redact('x second line y first line z ab')).toBe('x *** y *** z ab')
  })

  it('with all that overlaps it', () => {
    expect(redactorFor('abcdef', 'defghi').redact('1abcdefghi2')).toBe('1***2')
    expect(redactorFor('abcd', 'abcdefgh').redact('1abcdefgh2 abcdX')).toBe('1***2 ***X')
  })

  it('as soon as it is registered', () => {
    const redactor = redactorFor('one-secret')
    const stream = redactor.openStream()
    const before = Buffer.from(stream.push(Buffer.from('one-secret, two-'))).toString()
    redactor.add('two-secret')
    const after = Buffer.concat([stream.push(Buffer.from('secret, two-secret')), stream.end()]).toString()
    expect(before + after).toBe('***, two-secret, ***')
  })
})

describe('Not hidden', () => {
  it('are values that are too short and words of our own, which is said without saying them', () => {
    const reasons: string[] = []
    const redactor = createRedactor((reason) => reasons.push(reason))
    for (const value of ['', '  ', 'abc', ' ab\n', 'success', 'True']) redactor.add(value)
    expect(redactor.redact('abc ab success True')).toBe('abc ab success True')
    expect(reasons).toHaveLength(4)
    expect(reasons.join()).not.toMatch(/abc|success/)
  })

  it('is text that only looks similar, and not held back either', () => {
    const redactor = redactorFor('abcdefgh')
    const stream = redactor.openStream()
    expect(Buffer.from(stream.push(Buffer.from('a line with abcd in it\n'))).toString()).toBe(
      'a line with abcd in it\n',
    )
    expect(Buffer.from(stream.push(Buffer.from('abcd'))).toString()).toBe('')
    expect(Buffer.from(stream.push(Buffer.from('x'))).toString()).toBe('abcdx')
  })
})

describe('A protected text', () => {
  const image = 'ghcr.io/acme/svc@sha256:12345678'
  function redactorWith(secrets: readonly string[], texts: readonly string[]) {
    const redactor = redactorFor(...secrets)
    for (const text of texts) redactor.protect(text)
    return redactor
  }

  it('stays as it is, in any encoding, though a secret lies within it', () => {
    const redactor = redactorWith(['acme/svc', '3456'], [image])
    for (const text of [
      image,
      JSON.stringify({ image }),
      encodeURIComponent(image),
      `see ${image}, please`,
    ]) {
      expect(redactor.redact(text)).toBe(text)
      expect(redactor.holdsSecret(text)).toBe(false)
    }
  })

  it('does not keep a secret that is elsewhere too, or only partly within it', () => {
    const redactor = redactorWith(['3456', '5678-tail'], [image])
    expect(redactor.redact(`3456 ${image} 3456`)).toBe(`*** ${image} ***`)
    expect(redactor.redact(`${image}-tail`)).toBe('ghcr.io/acme/svc@sha256:1234***')
    expect(redactor.redact(image.slice(1))).toBe('hcr.io/acme/svc@sha256:12***78')
  })

  it('does not keep a secret that contains it', () => {
    expect(redactorWith(['before acme after'], ['acme']).redact('a before acme after b')).toBe('a *** b')
  })

  it('stays the same however the text is cut', () => {
    const redactor = redactorWith(['3456', 'acme'], [image, 'acme/svc'])
    const text = Buffer.from(`3456 ${image} acme/svc acme/svx ghcr.io/acme/svc@sha256:1234567 end`)
    const whole = redactor.redact(text.toString())
    expect(whole).toBe(`*** ${image} acme/svc ***/svx ghcr.io/acme/svc@sha256:12***7 end`)
    for (let size = 1; size < text.length; size += 1)
      expect(redactChunks(redactor, cut(text, [size]))).toBe(whole)
  })
})

describe('For any secrets and any text', () => {
  // Few letters make overlaps and repetitions likely; a star could come from a mask.
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', 'ö', '/', '"', '\n'),
    minLength: 4,
    maxLength: 12,
  })
  const longEnough = word.filter((value) => value.trim().length >= 4)
  const words = fc.array(longEnough, { minLength: 1, maxLength: 5 })
  const text = (secrets: readonly string[]) =>
    fc
      .array(
        fc.oneof(
          fc.constantFrom(...secrets.flatMap((value) => [value, ...secretForms(value)])),
          fc.string({ unit: fc.constantFrom('a', 'b', 'ö', '/', '"', '\n', '6', 'Y'), maxLength: 8 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''))
  const cases = words.chain((secrets) => fc.record({ secrets: fc.constant(secrets), text: text(secrets) }))
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })

  it('no form is left', () => {
    fc.assert(
      fc.property(cases, ({ secrets, text }) => {
        const redacted = redactorFor(...secrets).redact(text)
        for (const form of secrets.flatMap((value) => [...secretForms(value)])) {
          expect(redacted).not.toContain(form)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('the same bytes come out however the text is cut', () => {
    fc.assert(
      fc.property(cases, sizes, ({ secrets, text }, cuts) => {
        const redactor = redactorFor(...secrets)
        const bytes = Buffer.from(text)
        expect(redactChunks(redactor, cut(bytes, cuts))).toBe(
          Buffer.from(redactor.redact(text)).toString('latin1'),
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('what is outside of every form stays as it is, byte by byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (bytes, cuts) => {
        const redactor = redactorFor('not in there at all')
        expect(redactChunks(redactor, cut(bytes, cuts))).toBe(Buffer.from(bytes).toString('latin1'))
      }),
    )
  })

  it('whether a text holds one is the same as whether redacting changes it', () => {
    fc.assert(
      fc.property(cases, ({ secrets, text }) => {
        const redactor = redactorFor(...secrets)
        expect(redactor.holdsSecret(text)).toBe(redactor.redact(text) !== text)
      }),
    )
  })
})
