import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropVanished } from '../../../src/main/ledger/drop-vanished.ts'
import type { Ledger } from '../../../src/pipeline/index.ts'
import type { Systems } from '../../../src/stages/systems.ts'
import { writeLayout, type TestLayout } from '../../systems/registry/image-layout.ts'
import { type RegistryServer, startRegistry } from '../../systems/registry/registry-server.ts'
import { pushOptions, registryAt, revision, signal } from '../../systems/registry/subject.ts'

let server: RegistryServer
let layout: TestLayout
const lasting = `sha-${'c'.repeat(40)}`
beforeAll(async () => {
  server = await startRegistry()
  layout = writeLayout()
  await registryAt(server.host).push(pushOptions(server.host, layout, ['v1.1.0-staging', lasting]))
})
afterAll(async () => {
  await server.close()
})

const ledgerOf = (digest: string, host = server.host, lastingTags: readonly string[] = [lasting]): Ledger =>
  new Map<string, Ledger extends ReadonlyMap<string, infer Entry> ? Entry : never>([
    ['build', { output: {}, from: 'run 77, attempt 1' }],
    [
      'image',
      {
        output: { repository: `${host}/acme/ai-gen-service`, digest, tags: [], lastingTags, revision },
        from: 'run 77, attempt 1',
      },
    ],
  ])

async function drop(ledger: Ledger, host = server.host): Promise<{ left: string[]; warnings: string[] }> {
  const warnings: string[] = []
  const systems = { registry: () => Promise.resolve(registryAt(host)) } as unknown as Systems
  const left = await dropVanished(ledger, systems, (text) => warnings.push(text), signal)
  return { left: [...left.keys()], warnings }
}

describe('what a skipped image stage has left', () => {
  test('is in the registry: its pass counts', async () => {
    expect(await drop(ledgerOf(layout.digest))).toEqual({ left: ['build', 'image'], warnings: [] })
  })

  test('is no longer there: it is built again, and the log says why', async () => {
    const gone = `sha256:${'0'.repeat(64)}`
    const { left, warnings } = await drop(ledgerOf(gone))
    expect(left).toEqual(['build'])
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The pass of image in run 77, attempt 1 does not count: .*no longer in the registry/,
      ),
    ])
  })

  test('is another image than the commit’s own tag names: a forged digest does not count', async () => {
    const other = writeLayout()
    await registryAt(server.host).push(pushOptions(server.host, other, ['v0.9.0-staging']))
    const { left, warnings } = await drop(ledgerOf(other.digest))
    expect(left).toEqual(['build'])
    expect(warnings).toEqual([
      expect.stringMatching(
        new RegExp(`does not count: .*:${lasting} is ${layout.digest}, and not ${other.digest}`),
      ),
    ])
  })

  test('is a later build of the commit, whose tag stays with the first one: its own label says so', async () => {
    const label = 'org.opencontainers.image.revision'
    const rebuilt = writeLayout({ labels: { [label]: revision } })
    const { tags } = await registryAt(server.host).push(pushOptions(server.host, rebuilt, [lasting]))
    expect(tags).toMatchObject([{ change: 'kept', digest: layout.digest }])
    expect(await drop(ledgerOf(rebuilt.digest))).toEqual({ left: ['build', 'image'], warnings: [] })

    const stranger = writeLayout({ labels: { [label]: 'd'.repeat(40) } })
    await registryAt(server.host).push(pushOptions(server.host, stranger, ['v0.8.0-staging']))
    const { left, warnings } = await drop(ledgerOf(stranger.digest))
    expect(left).toEqual(['build'])
    expect(warnings).toEqual([expect.stringContaining(`which is an image of ${'d'.repeat(40)}`)])
  })

  test('has lost the tag of the commit: it is built again', async () => {
    const { left, warnings } = await drop(ledgerOf(layout.digest, server.host, [lasting, 'sha-gone']))
    expect(left).toEqual(['build'])
    expect(warnings).toEqual([
      expect.stringContaining('ai-gen-service:sha-gone, which an earlier run pushed'),
    ])
  })

  test('is not to be decided while the registry does not answer', async () => {
    expect(await drop(ledgerOf(layout.digest, '127.0.0.1:9'), '127.0.0.1:9')).toEqual({
      left: ['build', 'image'],
      warnings: [],
    })
  })

  test('is nothing where no image has passed', async () => {
    expect(await drop(new Map())).toEqual({ left: [], warnings: [] })
  })
})
