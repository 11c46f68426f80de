import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { createForeignText } from '../../../src/systems/runner/foreign-text.ts'
import { neutraliseText } from '../../../src/systems/runner/neutralise.ts'
import { parseCommands } from './runner-parser.ts'

function write(...chunks: readonly (string | Uint8Array)[]): string {
  const foreign = createForeignText(createRedactor())
  return chunks.map((chunk) => foreign.push(Buffer.from(chunk as string))).join('') + foreign.end()
}

describe('Text of a child that looks like a command', () => {
  it.each([
    '::error::boom',
    '  \t::error file=a,line=1::boom',
    '\u2003\u00a0::error::boom',
    '\u3000::add-mask::a',
    '::ADD-MASK::a',
    '::stop-commands::token',
    '::add-matcher::x.json',
    '::set-env name=PATH::/tmp',
    'progress 99%\r::error::boom',
    'a\r\n::error::boom',
    'a\u0085::error::boom',
    'a\u2028::error::boom',
    '##[error]boom',
    'in the ##[set-output name=a;]middle',
    '###[error]boom',
    '##[##[error]boom',
    '#\u0000#[error]boom',
    ':\u0007:error::boom',
    '\u001b[2K::error::boom',
    '\u001b]0;title\u0007::error::boom',
    '\u001b]8;;http://x\u001b\\##[error]boom',
    '\u009b31m::error::boom',
  ])('is not one any more: %j', (text) => {
    const written = write(text)
    expect(parseCommands(written)).toEqual([])
    expect(written).toMatch(/boom|token|json|tmp|a\n|middle/)
  })

  it('is recognised by the oracle before, so the oracle is worth something', () => {
    expect(parseCommands('\u2003::ErRoR file=a%2Cb,line=1::50%25')).toEqual([
      { name: 'error', properties: { file: 'a,b', line: '1' }, message: '50%' },
    ])
    expect(parseCommands('x ##[warning]y')).toEqual([{ name: 'warning', properties: {}, message: 'y' }])
  })

  const pieces = fc.constantFrom(
    ...[
      '::',
      ':',
      '##[',
      '#',
      '[',
      ']',
      'error',
      'ADD-MASK',
      ' ',
      '\u2003',
      '\u0085',
      '\u2028',
      '\r',
      '\n',
      '\0',
    ],
    ...[
      '\u001b[',
      '\u001b]',
      '\u001b',
      '\u0007',
      'm',
      '0',
      ';',
      '\u009b',
      '\u200b',
      '\ufeff',
      '\u00ad',
      'ä',
      'x=',
    ],
  )

  it('never is one, however the text is made up and cut', () => {
    fc.assert(
      fc.property(fc.array(fc.array(pieces, { maxLength: 12 }), { maxLength: 6 }), (chunks) => {
        const written = write(...chunks.map((chunk) => chunk.join('')))
        expect(parseCommands(written)).toEqual([])
        expect(parseCommands(neutraliseText(chunks.flat().join('')))).toEqual([])
      }),
      { numRuns: 5000 },
    )
  })

  it('never is one when the bytes are arbitrary', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const written = write(...chunks)
        expect(parseCommands(written)).toEqual([])
        expect(written.replace(/\u001b\[[0-9;:]*m/g, '')).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/,
        )
      }),
      { numRuns: 2000 },
    )
  })
})

describe('Ordinary text', () => {
  it.each([
    'a :: b',
    'std::vector<int>',
    '::1 localhost',
    '## [x]',
    '# heading',
    'tab\there',
    '\u001b[1;31mred\u001b[0m',
    'ünïcödé 🎉',
  ])('stays as it is: %j', (line) => {
    expect(write(line)).toBe(`${line}\n`)
  })

  it('has one line for each line end, whichever it is and however it is cut', () => {
    expect(write('a\nb\r\nc\rd\n\ne')).toBe('a\nb\nc\nd\n\ne\n')
    expect(write('a\r', '\nb', '\r', 'c')).toBe('a\nb\nc\n')
  })

  it('keeps characters that are cut, and shows bytes that are none', () => {
    const bytes = Buffer.from('ä€🎉')
    expect(write(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toBe('ä€🎉\n')
    expect(write(Buffer.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb\n')
  })

  it('of a very long line is cut, with how much is missing', () => {
    const written = write(...Array.from({ length: 100 }, () => 'x'.repeat(1000)), '\nnext\n')
    expect(written).toBe(`${'x'.repeat(65_536)} … 34464 characters left out\nnext\n`)
  })
})
