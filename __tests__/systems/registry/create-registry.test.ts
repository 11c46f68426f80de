import { truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createRegistry } from '../../../src/systems/registry/create-registry.ts'
import type { Registry } from '../../../src/systems/registry/registry.ts'
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'
import { type TestLayout, writeLayout } from './image-layout.ts'
import { type RegistryServer, startRegistry } from './registry-server.ts'
import { startTokenServer, type TokenServer } from './token-server.ts'

const login = { username: 'pipeline', password: 'a password, with: all "sorts"' }
const signal = new AbortController().signal
/** Waits between attempts pass at once. */
const clock = { ...systemClock, sleep: () => Promise.resolve() }
const http = createHttp({ clock, userAgent: 'test', env: {} })
const secrets = new Set<string>()

afterAll(() => {
  http.close()
})

function registryAt(host: string, password = login.password): Registry {
  return createRegistry({
    http,
    clock,
    secrets: { add: (value) => secrets.add(value) },
    credentials: { registry: host, username: login.username, password },
  })
}

function pushOptions(host: string, layout: TestLayout, tags: readonly string[] = ['v1.1.0-staging']) {
  const { folder, digest } = layout
  const repository = `${host}/acme/ai-gen-service`
  return { layout: folder, repository, digest, tags, signal, onProgress: () => undefined }
}

describe('a registry with a Basic login', () => {
  let server: RegistryServer
  let registry: Registry
  let layout: TestLayout
  const repository = (): string => `${server.host}/acme/ai-gen-service`

  beforeAll(async () => {
    server = await startRegistry({ kind: 'htpasswd', ...login })
  })
  afterAll(() => server.close())
  beforeEach(() => {
    registry = registryAt(server.host)
    layout = writeLayout()
  })

  test('lets the login push, and no upload is left open', async () => {
    await registry.checkPush(repository(), signal)
  })

  test('refuses a wrong password, whose value is in no part of the error', async () => {
    const refused = registryAt(server.host, 'a-wrong-password').checkPush(repository(), signal)
    const error: Error = (await refused.catch((thrown: unknown) => thrown as Error)) as Error
    expect(error).toMatchObject({ code: 'E_REGISTRY_AUTH', state: 'Nothing was built or pushed.' })
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('a-wrong-password')
  })

  test('gets no login that is for another registry', async () => {
    const stranger = createRegistry({
      http,
      clock,
      secrets: { add: () => undefined },
      credentials: { registry: 'ghcr.io', ...login },
    })
    await expect(stranger.checkPush(repository(), signal)).rejects.toMatchObject({ code: 'E_REGISTRY_AUTH' })
  })

  test('stores index, platform, attestation and blobs, and serves them by digest and tag', async () => {
    const lines: string[] = []
    const pushed = await registry.push({
      ...pushOptions(server.host, layout, ['v1.1.0-staging', 'sha-0123456']),
      onProgress: (line) => lines.push(line),
    })
    expect(pushed.skippedBlobs).toBe(0)
    expect(pushed.pushedBytes).toBeGreaterThan(1000)
    expect(lines.at(-1)).toMatch(/^blob 3 of 3: 0\.0 MB pushed$/)
    for (const reference of [layout.digest, 'v1.1.0-staging', 'sha-0123456']) {
      expect(await registry.digestOf(repository(), reference, signal)).toBe(layout.digest)
    }
    expect(await registry.platformDigests(repository(), layout.digest, signal)).toEqual([
      layout.digest,
      layout.platform,
    ])
    expect(await registry.platformDigests(repository(), layout.platform, signal)).toEqual([layout.platform])
    expect(await registry.digestOf(repository(), layout.attestation, signal)).toBe(layout.attestation)
  })

  test('gets nothing again that it has', async () => {
    await registry.push(pushOptions(server.host, layout))
    expect(await registry.push(pushOptions(server.host, layout))).toEqual({ pushedBytes: 0, skippedBlobs: 3 })
  })

  test('has no digest for a tag, a digest or a repository that it does not know', async () => {
    expect(await registry.digestOf(repository(), 'not-there', signal)).toBeUndefined()
    expect(await registry.digestOf(repository(), `sha256:${'0'.repeat(64)}`, signal)).toBeUndefined()
    expect(await registry.digestOf(`${server.host}/not/there`, 'latest', signal)).toBeUndefined()
  })

  test('gets nothing of a layout whose layer has been changed on disk', async () => {
    writeFileSync(layout.pathOf(layout.layer), 'other content')
    await expect(registry.push(pushOptions(server.host, layout, ['changed']))).rejects.toMatchObject({
      code: 'E_IMAGE_LAYOUT',
      state: 'No tag was written.',
    })
    expect(await registry.digestOf(repository(), 'changed', signal)).toBeUndefined()
  })

  test.each([
    [
      'cut off',
      (tested: TestLayout) => {
        truncateSync(tested.pathOf(tested.platform), 10)
      },
    ],
    [
      'exchanged',
      (tested: TestLayout) => {
        writeFileSync(tested.pathOf(tested.digest), '{"manifests":[]}')
      },
    ],
  ])('gets nothing of a layout whose manifest has been %s', async (_how, spoil) => {
    spoil(layout)
    await expect(registry.push(pushOptions(server.host, layout))).rejects.toMatchObject({
      code: 'E_IMAGE_LAYOUT',
    })
  })

  test('gets a layer of 20 MB whole', async () => {
    const large = writeLayout({ layerBytes: 20 << 20 })
    const { pushedBytes } = await registry.push(pushOptions(server.host, large))
    expect(pushedBytes).toBeGreaterThanOrEqual(20 << 20)
  })

  test.each(['Upper/Case', 'localhost:5000/x:tag', '-option', 'localhost:5000/../x', 'a b'])(
    'is not asked about the name %j',
    async (name) => {
      await expect(registry.checkPush(name, signal)).rejects.toMatchObject({ code: 'E_IMAGE_NAME' })
    },
  )

  test.each(['../../other/manifests/x', '--help', '', 'a'.repeat(129)])(
    'is not asked about the reference %j',
    async (reference) => {
      await expect(registry.digestOf(repository(), reference, signal)).rejects.toMatchObject({
        code: 'E_IMAGE_NAME',
      })
    },
  )
})

describe('a registry with a token service', () => {
  let tokens: TokenServer
  let server: RegistryServer

  beforeAll(async () => {
    tokens = await startTokenServer({ ...login, grant: ['pull', 'push'] })
    server = await startRegistry({ kind: 'token', realm: tokens.realm, certificate: tokens.certificate })
  })
  afterAll(async () => {
    await server.close()
    await tokens.close()
  })

  test('is given a token for just the repository and actions, asked for once, and kept secret', async () => {
    const before = tokens.asked.length
    const registry = registryAt(server.host)
    const layout = writeLayout()
    await registry.push(pushOptions(server.host, layout))
    const scopes = tokens.asked.slice(before).map((query) => query.get('scope'))
    expect(scopes).toEqual([
      'repository:acme/ai-gen-service:pull,push',
      'repository:acme/ai-gen-service:pull',
    ])
    expect([...secrets].filter((value) => value.split('.').length === 3).length).toBeGreaterThanOrEqual(2)
  })

  test('is given a new token when the first has run out', async () => {
    const registry = registryAt(server.host)
    const repository = `${server.host}/acme/ai-gen-service`
    tokens.lifetime = -120
    await expect(registry.digestOf(repository, 'x', signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_AUTH',
    })
    tokens.lifetime = 300
    expect(await registry.digestOf(repository, 'x', signal)).toBeUndefined()
  })

  test('whose token service refuses the password says so', async () => {
    const refused = registryAt(server.host, 'wrong').checkPush(`${server.host}/acme/x`, signal)
    await expect(refused).rejects.toMatchObject({
      code: 'E_REGISTRY_AUTH',
      evidence: ['UNAUTHORIZED: incorrect username or password'],
    })
  })

  test('that lets the login only pull denies a push before anything is built', async () => {
    const readers = await startTokenServer({ ...login, grant: ['pull'] })
    const { realm, certificate } = readers
    const readOnly = await startRegistry({ kind: 'token', realm, certificate })
    try {
      const refused = registryAt(readOnly.host).checkPush(`${readOnly.host}/acme/x`, signal)
      await expect(refused).rejects.toMatchObject({ code: 'E_REGISTRY_DENIED' })
    } finally {
      await readOnly.close()
      await readers.close()
    }
  })
})

describe('a registry that misbehaves', () => {
  let server: RegistryServer
  let proxy: FaultyProxy
  let registry: Registry

  beforeAll(async () => {
    server = await startRegistry()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    proxy = await startFaultyProxy(server.host)
    registry = registryAt(proxy.host)
    return () => proxy.close()
  })

  const isUpload = (method?: string, url?: string): boolean =>
    method === 'PUT' && url?.includes('/blobs/uploads/') === true

  test('by cutting an upload gets the blob in a new one', async () => {
    let cuts = 2
    proxy.fault = ({ method, url, headers }) =>
      isUpload(method, url) && Number(headers['content-length']) > 1_000_000 && cuts-- > 0
        ? { cutAfter: 100_000 }
        : undefined
    const layout = writeLayout({ layerBytes: 1 << 20 })
    await registry.push(pushOptions(proxy.host, layout))
    expect(await registry.digestOf(`${proxy.host}/acme/ai-gen-service`, 'v1.1.0-staging', signal)).toBe(
      layout.digest,
    )
  })

  test('by answering 503 to every upload is given up after five of each, without a tag', async () => {
    proxy.fault = ({ method, url }) => (isUpload(method, url) ? { status: 503 } : undefined)
    await expect(registry.push(pushOptions(proxy.host, writeLayout()))).rejects.toMatchObject({
      code: 'E_REGISTRY_UNAVAILABLE',
    })
    expect(proxy.requests.filter((line) => line.startsWith('PUT') && line.includes('/manifests/'))).toEqual(
      [],
    )
  })

  test('by sending uploads elsewhere gets no login there', async () => {
    proxy.fault = ({ method }) =>
      method === 'POST' ? { status: 202, headers: { location: 'http://127.0.0.1:1/steal' } } : undefined
    await expect(registry.checkPush(`${proxy.host}/acme/x`, signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_PROTOCOL',
    })
  })

  test('by sending logins to a foreign address gets none', async () => {
    const challenge = 'Bearer realm="https://evil.example/token",service="x"'
    proxy.fault = () => ({ status: 401, headers: { 'www-authenticate': challenge } })
    await expect(registry.checkPush(`${proxy.host}/acme/x`, signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_PROTOCOL',
      message: expect.stringContaining('https://evil.example/token'),
    })
  })

  test('by serving other content than its digest says is found out', async () => {
    const layout = writeLayout()
    await registry.push(pushOptions(proxy.host, layout))
    proxy.fault = ({ method, url }) =>
      method === 'GET' && url?.includes('/manifests/') === true
        ? {
            status: 200,
            headers: { 'docker-content-digest': layout.digest },
            body: '{"schemaVersion":2,"manifests":[]}',
          }
        : undefined
    for (const reference of [layout.digest, 'v1.1.0-staging']) {
      const read = registry.digestOf(`${proxy.host}/acme/ai-gen-service`, reference, signal)
      await expect(read).rejects.toMatchObject({ code: 'E_DIGEST_MISMATCH' })
    }
  })

  test('by showing what it stored only later is waited for', async () => {
    let blind = 3
    proxy.fault = ({ method, url }) =>
      method === 'GET' && url?.includes('/manifests/sha256:') === true && blind-- > 0
        ? { status: 404 }
        : undefined
    await registry.push(pushOptions(proxy.host, writeLayout()))
    expect(blind).toBeLessThan(0)
  })

  test('by answering with a page is said to make no sense', async () => {
    proxy.fault = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
    await expect(registry.checkPush(`${proxy.host}/acme/x`, signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_PROTOCOL',
    })
    await expect(registry.digestOf(`${proxy.host}/acme/x`, 'latest', signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_PROTOCOL',
    })
  })

  test('by being away is unavailable', async () => {
    await proxy.close()
    await expect(registry.checkPush(`${proxy.host}/acme/x`, signal)).rejects.toMatchObject({
      code: 'E_REGISTRY_UNAVAILABLE',
    })
  })
})
