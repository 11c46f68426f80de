import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { request as startRequest } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { TestbedDescription } from '../description.ts'
import { TestbedFailure } from '../failure.ts'
import { request, requestOk } from '../http.ts'
import { basicAuthorization } from '../parts/registry.ts'
import type { Layer } from './layer.ts'

export interface Image {
  /** Without the registry: `base/node:24`. */
  readonly name: string
  readonly layers: readonly Layer[]
  /** `config` of the OCI image configuration: environment, entry point, user. */
  readonly config: Readonly<Record<string, unknown>>
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

/**
 * Puts an image into the registry as the OCI distribution specification says: missing blobs, then the manifest.
 * @returns the image's full name, with registry and tag.
 */
export async function pushImage(image: Image, registry: TestbedDescription['registry']): Promise<string> {
  const separator = image.name.lastIndexOf(':')
  const [repository, tag] = [image.name.slice(0, separator), image.name.slice(separator + 1)]
  const base = `http://${registry.address}/v2/${repository}`
  const authorization = basicAuthorization(registry.username, registry.password)
  for (const layer of image.layers) await pushLayer(base, authorization, layer)
  const config = Buffer.from(JSON.stringify(renderConfig(image)))
  const configDigest = `sha256:${createHash('sha256').update(config).digest('hex')}`
  if (!(await hasBlob(base, authorization, configDigest))) {
    const location = await startUpload(base, authorization, configDigest)
    const headers = { authorization, 'content-type': 'application/octet-stream' }
    await requestOk(location, { method: 'PUT', headers, body: config })
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: configDigest, size: config.length },
    layers: image.layers.map(({ digest, size }) => ({ mediaType: types.layer, digest, size })),
  }
  await requestOk(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { authorization, 'content-type': types.manifest },
    body: JSON.stringify(manifest),
  })
  return `${registry.address}/${image.name}`
}

function renderConfig(image: Image): unknown {
  return {
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => layer.diffId) },
    history: image.layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'script/testbed' })),
  }
}

async function hasBlob(base: string, authorization: string, digest: string): Promise<boolean> {
  const answer = await request(`${base}/blobs/${digest}`, { method: 'HEAD', headers: { authorization } })
  return answer.status === 200
}

/** @returns where to put the whole blob. */
async function startUpload(base: string, authorization: string, digest: string): Promise<string> {
  const started = await requestOk(`${base}/blobs/uploads/`, {
    method: 'POST',
    headers: { authorization },
    body: '',
  })
  const location = new URL(String(started.headers.location), base)
  location.searchParams.set('digest', digest)
  return location.href
}

async function pushLayer(base: string, authorization: string, layer: Layer): Promise<void> {
  if (await hasBlob(base, authorization, layer.digest)) return
  const location = await startUpload(base, authorization, layer.digest)
  const headers = {
    authorization,
    'content-type': 'application/octet-stream',
    'content-length': String(layer.size),
  }
  const status = await new Promise<number>((resolve, reject) => {
    const sent = startRequest(location, { method: 'PUT', headers, agent: false }, (response) => {
      response.resume().on('end', () => {
        resolve(response.statusCode ?? 0)
      })
    })
    sent.on('error', reject)
    pipeline(createReadStream(layer.file), sent).catch(reject)
  })
  if (status !== 201) throw new TestbedFailure(`the registry answered ${status} to a layer of ${base}`)
}
