import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from '../new-folder.ts'

export interface TestLayout {
  readonly folder: string
  /** Of the index. */
  readonly digest: string
  /** Of the manifest for linux/amd64, and of the attestation about it. */
  readonly platform: string
  readonly attestation: string
  readonly layer: string
  pathOf(digest: string): string
}

/** A layout as BuildKit exports it: an index with one platform and one attestation. */
export function writeLayout(
  options: { readonly layerBytes?: number; readonly labels?: Readonly<Record<string, string>> } = {},
): TestLayout {
  const folder = newFolder()
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  const pathOf = (digest: string): string => join(folder, 'blobs', 'sha256', digest.slice(7))

  const store = (content: Uint8Array | object, mediaType: string) => {
    const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    writeFileSync(pathOf(digest), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const manifest = (config: object, layer: object) =>
    store(
      { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer] },
      'application/vnd.oci.image.manifest.v1+json',
    )

  const config = store(
    {
      ...{ architecture: 'amd64', os: 'linux' },
      ...(options.labels === undefined ? {} : { config: { Labels: options.labels } }),
    },
    'application/vnd.oci.image.config.v1+json',
  )
  const layer = store(randomBytes(options.layerBytes ?? 1000), 'application/vnd.oci.image.layer.v1.tar+gzip')
  const platform = manifest(config, layer)
  const statement = store({ predicateType: 'https://slsa.dev/provenance/v1' }, 'application/vnd.in-toto+json')
  const attestation = manifest(config, statement)
  const index = store(
    {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { ...platform, platform: { architecture: 'amd64', os: 'linux' } },
        { ...attestation, platform: { architecture: 'unknown', os: 'unknown' } },
      ],
    },
    'application/vnd.oci.image.index.v1+json',
  )
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }))
  return {
    folder,
    digest: index.digest,
    platform: platform.digest,
    attestation: attestation.digest,
    layer: layer.digest,
    pathOf,
  }
}
