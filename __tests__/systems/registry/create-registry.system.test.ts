import { truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRegistry } from '../../../src/systems/registry/create-registry.ts'
import type { Registry } from '../../../src/systems/registry/registry.ts'
import { type TestLayout, writeLayout } from './image-layout.ts'
import { type RegistryServer, startRegistry } from './registry-server.ts'
import { clock, http, login, pushOptions, registryAt, secrets, signal } from './subject.ts'
import { startTokenServer, type TokenServer } from './token-server.ts'

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
    expect(await registry.push(pushOptions(server.host, layout))).toEqual({
      ...{ pushedBytes: 0, skippedBlobs: 3 },
      tags: [{ name: 'v1.1.0-staging', digest: layout.digest, change: 'unchanged' }],
    })
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
      state: expect.stringMatching(
        /^Of this image \S+\/acme\/ai-gen-service has [012] of 3 blobs, no manifest, no tag\. /,
      ),
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
