import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseWatchLine, readLines } from '../../../../src/systems/kubernetes/watch/parse-watch.ts'

describe('a line of a watch', () => {
  test('is an event, a bookmark, or the news that the version is too old', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }
    expect(parseWatchLine(JSON.stringify({ type: 'MODIFIED', object }))).toEqual({
      event: { type: 'MODIFIED', object },
    })
    const marked = { ...object, metadata: { resourceVersion: '7' } }
    expect(parseWatchLine(JSON.stringify({ type: 'BOOKMARK', object: marked }))).toEqual({ bookmark: '7' })
    expect(parseWatchLine('{"type":"BOOKMARK"}')).toEqual({ bookmark: undefined })
    expect(parseWatchLine('{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}')).toBe(
      'expired',
    )
  })

  test.each([
    ['<html>', 'E_KUBE_PROTOCOL'],
    ['{"type":"NEWS"}', 'E_KUBE_PROTOCOL'],
    ['null', 'E_KUBE_PROTOCOL'],
    ['7', 'E_KUBE_PROTOCOL'],
    ['{"type":"ADDED"}', 'E_KUBE_PROTOCOL'],
    ['{"type":"ADDED","object":{"kind":"Pod"}}', 'E_KUBE_PROTOCOL'],
    ['{"type":"ERROR","object":{"code":500,"message":"etcdserver: leader changed"}}', 'E_KUBE_UNAVAILABLE'],
    ['{"type":"ERROR"}', 'E_KUBE_UNAVAILABLE'],
  ])('such as %s is an error', (line, code) => {
    expect(() => parseWatchLine(line)).toThrow(expect.objectContaining({ code }) as Error)
  })

  test('has a message of the server cut', () => {
    const line = JSON.stringify({ type: 'ERROR', object: { code: 500, message: 'x'.repeat(100_000) } })
    expect(() => parseWatchLine(line)).toThrow(/^Kubernetes: a watch ended with an error: x{400,500}…$/)
  })

  test('that never ends is an error, not memory without a limit', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'a')
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      await Promise.resolve()
      for (;;) {
        sent += 1
        yield piece
      }
    }
    const read = async (): Promise<void> => {
      for await (const line of readLines(endless())) expect(line).toBe('')
    }
    await expect(read()).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
    expect(sent).toBeLessThan(20)
  })

  test('comes whole however the body is cut', async () => {
    const lines = ['{"a":"ä€😀"}', '{"b":1}', 'last']
    const body = Buffer.from(lines.join('\n'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 8 }), async (cuts) => {
        const borders = [0, ...cuts.sort((one, other) => one - other), body.length]
        const chunks = borders.slice(1).map((end, index) => body.subarray(borders[index], end))
        const read: string[] = []
        for await (const line of readLines(chunksOf(chunks))) read.push(line)
        expect(read).toEqual(lines)
      }),
    )
  })
})

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield* chunks
}
