import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogLimit } from '../../../../src/systems/kubernetes/logs/log-limit.ts'
import { readLogLines } from '../../../../src/systems/kubernetes/logs/log-lines.ts'

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield* chunks
}

async function linesOf(chunks: readonly Uint8Array[], maxBytes?: number): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of readLogLines(chunksOf(chunks), maxBytes)) lines.push(line)
  return lines
}

describe('the lines of a log', () => {
  test('come whole however the log is cut', async () => {
    const lines = ['one äß€😀', '', 'three', 'without an end']
    const body = Buffer.from(lines.join('\n'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 8 }), async (cuts) => {
        const borders = [0, ...cuts.sort((one, other) => one - other), body.length]
        const chunks = borders.slice(1).map((end, index) => body.subarray(borders[index], end))
        expect(await linesOf(chunks)).toEqual(lines)
      }),
    )
  })

  test('are kept in part when they are too long, and the next one is whole', async () => {
    const chunks = [Buffer.alloc(700, 'a'), Buffer.alloc(700, 'b'), Buffer.from('c\nnext\n')]
    expect(await linesOf(chunks, 1000)).toEqual(['a'.repeat(700) + 'b'.repeat(300), 'next'])
  })
})

describe('a log that is shown as it is written', () => {
  test('ends after so many lines, with a note', () => {
    const limit = new LogLimit()
    const shown = Array.from({ length: 500 }, (_, at) => limit.take(`line ${at}`)).flat()
    expect(shown).toHaveLength(201)
    expect(shown.at(-2)).toBe('line 199')
    expect(shown.at(-1)).toMatch(/not shown/)
    expect(limit.isReached()).toBe(true)
  })

  test('ends after so many bytes, however long its lines are', () => {
    const limit = new LogLimit()
    const shown = Array.from({ length: 500 }, () => limit.take('word '.repeat(2000))).flat()
    expect(Buffer.byteLength(shown.join('\n'))).toBeLessThan(40_000)
    expect(limit.isReached()).toBe(true)
  })

  test('is cut between words, lest half a secret is shown', () => {
    const [line] = new LogLimit().take(`${'a '.repeat(990)}${'s3cret'.repeat(100)}`)
    expect(line).toMatch(/a …$/)
  })
})
