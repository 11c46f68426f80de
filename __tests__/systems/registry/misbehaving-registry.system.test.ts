import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Registry } from '../../../src/systems/registry/registry.ts'
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'
import { writeLayout } from './image-layout.ts'
import { type RegistryServer, startRegistry } from './registry-server.ts'
import { pushOptions, registryAt, signal } from './subject.ts'

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
