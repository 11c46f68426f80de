import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

import { describe, expect, it } from 'vitest'

import { createRedactor } from '../../../src/report/redaction/redactor.ts'

interface Recorded {
  readonly secret: string
  readonly forms: Readonly<Record<string, string>>
}

/** What bash, dash, coreutils, openssl, xxd, sed, grep, git, jq, Python, PyYAML, Node and Perl printed for a secret. */
const recorded = JSON.parse(
  readFileSync(new URL('recorded-forms.json', import.meta.url), 'utf8'),
) as readonly Recorded[]

/** A text as it stands, and as the standard decoders read it or pieces of it. None of them is ours. */
function* readings(text: string): Generator<string> {
  const plain = stripVTControlCharacters(text)
  yield plain
  yield plain.replace(/(?:%[\da-f]{2})+/gi, (codes) => attempt(() => decodeURIComponent(codes)))
  yield attempt(() => JSON.parse(`"${plain.replace(/["\n]/g, ' ')}"`) as string)
  yield attempt(() => JSON.parse(plain) as string)
  for (const run of plain.match(/[\w+/-][\w+/\s-]{4,}/g) ?? []) {
    for (let from = 0; from < 4; from += 1)
      yield Buffer.from(run.replace(/\s/g, '').slice(from), 'base64').toString('latin1')
  }
  for (const run of plain.match(/[\da-f]{2}(?:[\s:,]*(?:0x)?[\da-f]{2}){3,}/gi) ?? [])
    yield Buffer.from(run.replace(/0x|[^\da-f]/gi, ''), 'hex').toString('latin1')
  for (const run of plain.match(/\d{1,3}(?:[\s,]+\d{1,3}){3,}/g) ?? [])
    yield Buffer.from((run.match(/\d+/g) ?? []).map(Number)).toString('latin1')
}

function attempt(read: () => unknown): string {
  try {
    const value = read()
    return typeof value === 'string' ? value : JSON.stringify(value)
  } catch {
    return ''
  }
}

/** Every four characters in a row. Blanks and what stands in a line of three characters are no secret. */
function* pieces(secret: string): Generator<string> {
  for (const line of secret.split('\n'))
    for (let at = 0; at + 4 <= line.length; at += 1) yield line.slice(at, at + 4)
}

describe.each(recorded)(
  'Of a secret that tools print, no four characters in a row are left: $secret',
  (each) => {
    const { secret, forms } = each
    it.each(Object.entries(forms))('%s', (_name, text) => {
      const redactor = createRedactor()
      redactor.add(secret)
      const redacted = redactor.redact(text)
      expect(redacted).toContain('***')
      for (const reading of readings(redacted))
        for (const piece of pieces(secret)) expect(reading).not.toContain(piece)
    })
  },
)

it('knows at least 40 forms of each', () => {
  for (const { forms } of recorded) expect(Object.keys(forms).length).toBeGreaterThan(40)
})
