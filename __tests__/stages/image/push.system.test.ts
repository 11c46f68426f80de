import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { image, type ImageOutput } from '../../../src/stages/image/image.ts'
import type { Systems } from '../../../src/stages/systems.ts'
import { configOf, headCommit } from '../../main/config-of.ts'
import { type FaultyProxy, startFaultyProxy } from '../../systems/registry/faulty-proxy.ts'
import { type TestLayout, writeLayout } from '../../systems/registry/image-layout.ts'
import { type RegistryServer, startRegistry } from '../../systems/registry/registry-server.ts'
import { registryAt, signal } from '../../systems/registry/subject.ts'
import { type StageRun, Workshop } from '../commands/run-stage.ts'

let server: RegistryServer
let proxy: FaultyProxy
let workshop: Workshop
let count = 0
const lasting = `sha-${headCommit}`
const moving = 'v1.1.0-staging'

beforeAll(async () => {
  server = await startRegistry()
})
afterAll(() => server.close())
beforeEach(async () => {
  count += 1
  workshop = await Workshop.open({})
  proxy = await startFaultyProxy(server.host)
})
afterEach(async () => {
  await proxy.close()
  await workshop.dispose()
})

const repository = (): string => `${proxy.host}/acme/service-${count}`
const named = (reference: string) => registryAt(proxy.host).digestOf(repository(), reference, signal)
/** What a build of the commit leaves: never the same bytes twice. */
const build = (): TestLayout => writeLayout({ labels: { 'org.opencontainers.image.revision': headCommit } })

/** Runs the stage as the job image-push does: what another job has built is taken over. */
async function push(built: TestLayout, commitTag: 'keep' | 'fail' = 'keep'): Promise<StageRun> {
  const config = configOf()
  if (!config.image.configured) throw new Error('no image')
  Object.assign(workshop.systems, {
    registry: () => Promise.resolve(registryAt(proxy.host)),
    handedOverImage: () => Promise.resolve({ digest: built.digest, layout: built.folder }),
  } satisfies Partial<Systems>)
  const settings: Config['image'] = {
    ...config.image,
    repository: repository(),
    commitTag,
    part: 'push',
  }
  return workshop.run(image, { ...config, image: settings })
}

describe('The image of a commit whose build is not reproducible', () => {
  test('is pushed by its digest when the commit is run again; the commit’s tag stays, and the run says so', async () => {
    const [first, second] = [build(), build()]
    expect(await push(first)).toMatchObject({ error: undefined, warnings: [] })
    const rerun = await push(second)
    expect(rerun.error).toBeUndefined()
    expect(rerun.output).toMatchObject({ digest: second.digest, tags: [moving] })
    expect(await named(lasting)).toBe(first.digest)
    expect(await named(moving)).toBe(second.digest)
    expect(rerun.warnings).toEqual([
      `The build is not reproducible: the same commit has been built before with another result. ${lasting} names ${first.digest}; this run has built, pushed and goes on with ${second.digest}.`,
    ])
    expect(rerun.steps.find(({ id }) => id === 'push')?.facts).toContainEqual({
      name: lasting,
      value: `stays with ${first.digest}`,
    })
    expect(rerun.log.get('push')).toContain(`the tag ${lasting} stays with ${first.digest}`)
    // A third run of the second build changes nothing.
    expect((await push(second)).output).toMatchObject({ digest: second.digest, tags: [moving] })
  })

  test('ends the run before anything is pushed where the configuration asks for that', async () => {
    const [first, second] = [build(), build()]
    await push(first, 'fail')
    const { error } = await push(second, 'fail')
    expect(error).toMatchObject({ code: 'E_TAG_MOVED', state: 'Nothing was pushed.' })
    expect(await named(second.digest)).toBeUndefined()
    expect(await named(moving)).toBe(first.digest)
  })

  test('counts later, by its digest, as what this commit has passed with', async () => {
    const [first, second] = [build(), build()]
    await push(first)
    const { output } = await push(second)
    const context = { systems: workshop.systems, signal }
    const kept: ImageOutput = { ...(output as ImageOutput), lastingTags: [lasting], revision: headCommit }
    await expect(image.restore?.(kept, context)).resolves.toBeUndefined()
    await expect(image.restore?.({ ...kept, revision: 'd'.repeat(40) }, context)).rejects.toMatchObject({
      code: 'E_TAG_MOVED',
    })
  })
})

describe('A registry that fails when all tags are stored', () => {
  test('fails the run, which says what is stored; the next run is green, whatever it builds', async () => {
    const [first, second] = [build(), build()]
    let stored = 0
    proxy.fault = ({ method, url = '' }) => {
      if (method === 'PUT' && /\/manifests\/[^:]+$/.test(url)) stored += 1
      return stored === 2 && method === 'GET' ? { status: 500 } : undefined
    }
    const { error } = await push(first)
    expect(error).toMatchObject({ code: 'E_REGISTRY_UNAVAILABLE' })
    expect(error?.state).toBe(
      `${repository()} has ${first.digest}; the tag ${lasting} names it, the tag ${moving} names it. Nothing was deployed.`,
    )
    proxy.fault = () => undefined
    const rerun = await push(second)
    expect(rerun.error).toBeUndefined()
    expect(await named(moving)).toBe(second.digest)
  })
})
