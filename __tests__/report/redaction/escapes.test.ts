import { execFileSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createRedactor } from '../../../src/report/redaction/redactor.ts'

function redactorFor(...values: readonly string[]) {
  const redactor = createRedactor()
  for (const value of values) redactor.add(value)
  return redactor
}

function redactCut(
  redactor: ReturnType<typeof createRedactor>,
  text: string,
  sizes: readonly number[],
): string {
  const bytes = Buffer.from(text)
  const stream = redactor.openStream()
  const out: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    out.push(Uint8Array.from(stream.push(bytes.subarray(at, at + size))))
    at += size
  }
  return Buffer.concat([...out, stream.end()]).toString()
}

const hex = (code: number, width: number) => code.toString(16).padStart(width, '0')
const eachByte = (character: string, render: (byte: number) => string) =>
  [...Buffer.from(character)].map(render).join('')
const eachUnit = (character: string, render: (unit: number) => string) =>
  Array.from({ length: character.length }, (_, at) => render(character.charCodeAt(at))).join('')
const codeOf = (character: string) => character.codePointAt(0) ?? 0

/** The ways in which one character of a secret can be printed. */
const ways: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => eachByte(character, (byte) => `%${hex(byte, 2)}`),
  (character) => eachByte(character, (byte) => `%25${hex(byte, 2).toUpperCase()}`),
  (character) => eachByte(character, (byte) => `\\x${hex(byte, 2)}`),
  (character) => eachByte(character, (byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  (character) => eachUnit(character, (unit) => `\\u${hex(unit, 4)}`),
  (character) => eachUnit(character, (unit) => `\\u${hex(unit, 4).toUpperCase()}`),
  (character) => eachUnit(character, (unit) => `\\\\u${hex(unit, 4)}`),
  (character) => `\\U${hex(codeOf(character), 8)}`,
  (character) => `\\u{${hex(codeOf(character), 1)}}`,
  (character) => `&#${codeOf(character)};`,
  (character) => `&#x${hex(codeOf(character), 2)};`,
  (character) => `&amp;#${codeOf(character)};`,
  (character) => (/[^\w\s]/.test(character) ? `\\${character}` : character),
  (character) => (/['"]/.test(character) ? character + character : character),
  (character) => `\u001b[31m${character}\u001b[0m`,
  (character) => `\\u001b[1;31m${character}\\u001b[0m`,
  (character) => `\\x1b[31m${character}`,
  (character) => `^[[31m${character}`,
  (character) => `[31m${character}`,
]

const character = fc.constantFrom(...Array.from('abcxyz019/"\'<>&$%#@!+=;:-'), 'ö', 'é', '世', '😀')
const secret = fc
  .string({ unit: character, minLength: 6, maxLength: 100 })
  .filter((value) => !/[%&\\[]/.test(value))
const printed = secret.chain((value) =>
  fc.record({
    value: fc.constant(value),
    text: fc
      .array(fc.constantFrom(...ways), { minLength: value.length, maxLength: value.length })
      .map((chosen) =>
        Array.from(value)
          .map((each, at) => chosen[at]?.(each) ?? each)
          .join(''),
      ),
  }),
)
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })

describe('A secret of which every character is printed in another way', () => {
  it('is hidden as a whole', () => {
    fc.assert(
      fc.property(printed, ({ value, text }) => {
        const redacted = redactorFor(value).redact(`before ${text} after`)
        const [, before = '', after = ''] = /^before (.*?)(?:\*\*\*)+([^*]*) after$/su.exec(redacted) ?? []
        expect(redacted).toContain('***')
        // Colour codes beside it belong to nobody; of an escaped first character, its own digits can stand.
        const rest = `${before} ${after}`.replace(/(?:\\u001b|\\x1b|\^\[|\u001b)?\[[\d;]*m/g, '')
        expect(rest.length).toBeLessThan(13)
        for (let at = 0; at + 4 <= value.length; at += 1) expect(rest).not.toContain(value.slice(at, at + 4))
      }),
      { numRuns: 500 },
    )
  })

  it('leaves the same bytes however the text is cut', () => {
    fc.assert(
      fc.property(printed, sizes, ({ value, text }, cuts) => {
        const redactor = redactorFor(value, 'xyz019', 'aabb')
        const whole = `n${text}u0061 %${text.slice(0, 9)}\n${text}`
        expect(redactCut(redactor, whole, cuts)).toBe(redactor.redact(whole))
      }),
      { numRuns: 500 },
    )
  })
})

describe('What the tools of this machine print', () => {
  const value = `it's "quoted" \\ with $HOME, ö and 😀`
  const env = { ...process.env, VALUE: value }
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { env, encoding: 'utf8' })
  it.each([
    ['bash: printf %q', 'bash', ['-c', 'printf %q "$VALUE"']],
    ['bash: printf %q in the locale C', 'bash', ['-c', 'LC_ALL=C; printf %q "$VALUE"']],
    ['bash: @Q', 'bash', ['-c', 'echo "${VALUE@Q}"']],
    ['bash: declare -p', 'bash', ['-c', 'declare -p VALUE']],
    ['bash: set -x', 'bash', ['-c', 'set -x; : "$VALUE" 2>&1', 'x']],
    ['node: inspect', process.execPath, ['-p', '({ a: [process.env.VALUE] })']],
    ['node: JSON in JSON', process.execPath, ['-p', 'JSON.stringify(JSON.stringify(process.env.VALUE))']],
    [
      'node: a URL',
      process.execPath,
      ['-p', 'new URL("http://h/?" + new URLSearchParams({ a: process.env.VALUE })).href'],
    ],
    ['node: escape', process.execPath, ['-p', 'escape(process.env.VALUE)']],
    ['node: a Buffer', process.execPath, ['-p', 'Buffer.from(process.env.VALUE)']],
    [
      'node: a Buffer in JSON',
      process.execPath,
      ['-p', 'JSON.stringify(Buffer.from(process.env.VALUE), null, 2)'],
    ],
    [
      'node: UTF-16 in base64',
      process.execPath,
      ['-p', 'Buffer.from(process.env.VALUE, "utf16le").toString("base64")'],
    ],
  ])('%s', (_name, program, args) => {
    const redacted = redactorFor(value).redact(run(program, ...args))
    for (const piece of ['quoted', 'with', 'HOME', 'cXVvdGVk', '71 75 6f', '113'])
      expect(redacted).not.toContain(piece)
  })

  it.each([4, 10, 20, 64, 76])('base64 in lines of %i characters, also within other text', (width) => {
    const encoded = Buffer.from(`some text before it ${value} and some after it`).toString('base64')
    const wrapped = encoded.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n  ')
    const redacted = redactorFor(value).redact(wrapped)
    const left = Buffer.from(redacted.replaceAll('***', '').replace(/\s/g, ''), 'base64').toString('latin1')
    const visible = redacted.replaceAll('***', '').replace(/\s/g, '')
    expect(redacted).toContain('***')
    expect(visible.length).toBeLessThan(encoded.length - Buffer.byteLength(value) + 8)
    expect(left).not.toMatch(/quoted|with|HOME/)
  })
})

describe('Within a structured value', () => {
  const key = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
    'BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
    '-----END PRIVATE KEY-----',
  ].join('\n')
  const account = JSON.stringify({
    type: 'service_account',
    inner: JSON.stringify({ password: 'hunter22-nested' }),
    list: [['deep-in-a-list']],
    private_key: key,
    port: 5432,
    on: true,
  })

  it('every text leaf of JSON is a secret, and each line of it', () => {
    const redactor = redactorFor(account)
    const lines = key.split('\n')
    expect(
      redactor.redact(
        `a hunter22-nested b deep-in-a-list c ${lines[1] ?? ''} d ${lines[2] ?? ''} e 5432 true`,
      ),
    ).toBe('a *** b *** c *** d *** e 5432 true')
    expect(redactor.redact(`see ${account}!`)).toBe('see ***!')
  })

  it('values of settings are, but for short and plain words', () => {
    const redactor = redactorFor(
      '# database\nexport DB_PASSWORD="s3cr et"\nLOG_LEVEL=debug\nMODE: production\nURL=https://example.com/a\n',
    )
    expect(redactor.redact('s3cr et debug production https://example.com/a')).toBe('*** debug production ***')
  })

  it('the password of an address is, as it stands and decoded', () => {
    const redactor = redactorFor('postgres://app:p%40ss-word@db.example.com/app?sslmode=disable')
    expect(redactor.redact('p%40ss-word p@ss-word db.example.com')).toBe('*** *** db.example.com')
  })

  it('a text that only looks like one is a secret as a whole', () => {
    expect(redactorFor('{"not": json').redact('{"not": json and not')).toBe('*** and not')
  })
})

describe('A long secret', () => {
  it('of one letter, in a text of that letter, is hidden at once', () => {
    expect(redactorFor('a'.repeat(1_100_000)).redact('a'.repeat(1_000_000))).toBe('***')
    expect(redactorFor(`${'a'.repeat(4000)}b`).redact(`${'a'.repeat(1_000_000)}b`)).toBe('***')
  })

  it('holds back only a little of a text that begins like it', () => {
    const value = Array.from({ length: 2000 }, (_, at) => (at * 7919).toString(36)).join('-')
    const stream = redactorFor(value).openStream()
    const out = stream.push(Buffer.from(value.slice(0, 5000)))
    expect(Buffer.from(out).toString()).toMatch(/^\*\*\*$/)
    expect(Buffer.from(stream.end()).length).toBeLessThan(65)
  })
})

describe('Not taken for a secret', () => {
  it.each([
    ['abcd', 'a\nb\nc\nd'],
    ['abcd', 'a b c d, a.b.c.d'],
    ['secret-word', 'secret - word'],
    ['it is so', 'it, is, so'],
    ['12345678', '1\n2\n3\n4\n5\n6\n7\n8\n'],
    ['abcdefgh', 'abc[x]defgh abc\u001b[2Jdefgh'],
  ])('%j in %j', (value, text) => {
    expect(redactorFor(value).redact(text)).toBe(text)
  })

  it('is the end of a line that begins like one, so that it is not held back', () => {
    const stream = redactorFor('abcdefgh', 'YWJjZGVmZ2g').openStream()
    for (const line of ['what is abc\n', 'a word a\n', 'base64 YW\n'])
      expect(Buffer.from(stream.push(Buffer.from(line))).toString()).toBe(line)
  })
})
