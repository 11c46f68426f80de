import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Registry } from '../../../src/systems/registry/registry.ts'
import { type FaultyProxy, type Fault, startFaultyProxy } from './faulty-proxy.ts'
import { writeLayout } from './image-layout.ts'
import { type RegistryServer, startRegistry } from './registry-server.ts'
import { pushOptions, registryAt, revision, signal } from './subject.ts'

const label = 'org.opencontainers.image.revision'
let server: RegistryServer
let proxy: FaultyProxy
let registry: Registry
let count = 0
/** A tag that never moves, and one that does, of a commit of its own. */
let lasting = ''
let moving = ''

beforeAll(async () => {
  server = await startRegistry()
})
afterAll(() => server.close())
beforeEach(async () => {
  proxy = await startFaultyProxy(server.host)
  registry = registryAt(proxy.host)
  count += 1
  lasting = `sha-${count}`
  moving = `v${count}-staging`
  return () => proxy.close()
})

const repository = (): string => `${proxy.host}/acme/ai-gen-service`
const built = (commit = revision) => writeLayout({ labels: { [label]: commit } })
const push = (layout: ReturnType<typeof built>, tags = [moving, lasting]) =>
  registry.push(pushOptions(proxy.host, layout, tags))
const named = (tag: string) => registry.digestOf(repository(), tag, signal)
const putsOf = (tag: string): number =>
  proxy.requests.filter((line) => line === `PUT /v2/acme/ai-gen-service/manifests/${tag}`).length

describe('a commit that is built again with another result', () => {
  test('leaves its own tag with the first build, and moves the others', async () => {
    const [first, second] = [built(), built()]
    await push(first)
    const { tags } = await push(second)
    expect(tags).toEqual([
      { name: lasting, digest: first.digest, change: 'kept' },
      { name: moving, digest: second.digest, change: 'written' },
    ])
    expect(await named(lasting)).toBe(first.digest)
    expect(await named(moving)).toBe(second.digest)
    expect(await named(second.digest)).toBe(second.digest)
  })

  test('with the same result writes no tag again', async () => {
    const layout = built()
    await push(layout)
    const { tags } = await push(layout)
    expect(tags.map(({ change }) => change)).toEqual(['unchanged', 'unchanged'])
    expect([putsOf(lasting), putsOf(moving)]).toEqual([1, 1])
  })
})

// What registries answer to a tag that is written again: as their users have reported it.
const refusals: readonly (readonly [string, Fault])[] = [
  [
    'ECR',
    {
      status: 400,
      body: JSON.stringify({
        errors: [
          {
            code: 'TAG_INVALID',
            message:
              "The image tag 'x' already exists in the 'acme' repository and cannot be overwritten because the tag is immutable.",
          },
        ],
      }),
    },
  ],
  [
    'Harbor',
    {
      status: 412,
      body: JSON.stringify({
        errors: [
          {
            code: 'PRECONDITION',
            message: "Failed to process request due to 'ai-gen-service:x' configured as immutable.",
          },
        ],
      }),
    },
  ],
  ['zot', { status: 403, body: '{"errors":[{"code":"DENIED","message":"requested access denied"}]}' }],
  ['angos', { status: 409, body: '{"errors":[{"code":"TAG_IMMUTABLE","message":"immutable"}]}' }],
]

describe.each(refusals)('where no tag can be written twice (%s)', (_registry, fault) => {
  beforeEach(() => {
    const written = new Set<string>()
    proxy.fault = ({ method, url = '' }) => {
      if (method !== 'PUT' || !/\/manifests\/[^:]+$/.test(url)) return undefined
      if (written.has(url)) return fault
      written.add(url)
      return undefined
    }
  })

  test('a commit is run again all the same, and its tags stay', async () => {
    const [first, second] = [built(), built()]
    await push(first)
    const { tags } = await push(second)
    expect(tags).toEqual([lasting, moving].map((name) => ({ name, digest: first.digest, change: 'kept' })))
    expect(await named(second.digest)).toBe(second.digest)
  })

  test('another commit that wants the same moving tag is told of the rule, and of what is stored', async () => {
    const [first, second] = [built(), built('d'.repeat(40))]
    await push(first)
    const refused = registry.push({
      ...pushOptions(proxy.host, second, [moving, `${lasting}-next`]),
      revision: 'd'.repeat(40),
    })
    await expect(refused).rejects.toMatchObject({
      code: 'E_TAG_IMMUTABLE',
      message: expect.stringContaining(`move ${moving} from ${first.digest} to ${second.digest}`),
      state: expect.stringMatching(
        new RegExp(
          `3 of 3 blobs, the manifests .*${second.digest}, the tag ${lasting}-next\\. Nothing was deployed`,
        ),
      ),
    })
  })

  test('a tag that another run took in the same moment stays with it', async () => {
    const [first, second] = [built(), built()]
    await push(first, [lasting])
    // The look before the write finds nothing yet.
    let blind = true
    const before = proxy.fault
    proxy.fault = (request) => {
      if (request.method === 'GET' && request.url?.endsWith(`/${lasting}`) === true && blind) {
        blind = false
        return { status: 404 }
      }
      return before(request)
    }
    expect((await push(second, [lasting])).tags).toEqual([
      { name: lasting, digest: first.digest, change: 'kept' },
    ])
  })
})

describe('a push that fails says what is stored', () => {
  test.each([
    ['a blob', /PUT .*\/blobs\//, 'of 3 blobs, no manifest, no tag. Nothing was deployed.'],
    ['a manifest', /PUT .*\/manifests\/sha256/, 'has 3 of 3 blobs, no manifest, no tag. Whether sha256:'],
  ])('when %s is refused by a server in trouble', async (_what, asked, state) => {
    proxy.fault = ({ method, url }) => (asked.test(`${method} ${url}`) ? { status: 503 } : undefined)
    await expect(push(built())).rejects.toMatchObject({
      code: 'E_REGISTRY_UNAVAILABLE',
      state: expect.stringContaining(state),
    })
  })

  test('when the first tag is stored and the second one is not', async () => {
    const layout = built()
    proxy.fault = ({ method, url }) =>
      method === 'PUT' && url?.endsWith(moving) === true ? { status: 500 } : undefined
    await expect(push(layout)).rejects.toMatchObject({
      state: expect.stringMatching(
        new RegExp(`${layout.digest}, the tag ${lasting}\\. Whether ${moving} was stored is not known\\.`),
      ),
    })
  })

  test('when the right to write a new tag is missing: that is no rule about moving it', async () => {
    proxy.fault = ({ method, url }) =>
      method === 'PUT' && url?.endsWith(lasting) === true ? { status: 403 } : undefined
    await expect(push(built())).rejects.toMatchObject({
      code: 'E_REGISTRY_DENIED',
      state: expect.not.stringContaining('Whether'),
    })
  })
})

describe('the commit of an image', () => {
  test('is its label, read through index, manifest and configuration', async () => {
    const layout = built()
    await push(layout)
    expect(await registry.revisionOf(repository(), layout.digest, signal)).toBe(revision)
    expect(await registry.revisionOf(repository(), layout.platform, signal)).toBe(revision)
  })

  test('is not known of an image without labels, and of one that is not there', async () => {
    const layout = writeLayout()
    await push(layout)
    expect(await registry.revisionOf(repository(), layout.digest, signal)).toBeUndefined()
    expect(await registry.revisionOf(repository(), `sha256:${'0'.repeat(64)}`, signal)).toBeUndefined()
  })

  test('is not believed of a configuration with other content than its digest says', async () => {
    const layout = built()
    await push(layout)
    proxy.fault = ({ method, url }) =>
      method === 'GET' && url?.includes('/blobs/') === true
        ? { status: 200, body: JSON.stringify({ config: { Labels: { [label]: revision } } }) }
        : undefined
    await expect(registry.revisionOf(repository(), layout.digest, signal)).rejects.toMatchObject({
      code: 'E_DIGEST_MISMATCH',
    })
  })
})
