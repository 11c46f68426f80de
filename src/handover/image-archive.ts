import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StagegateError } from '../errors/index.ts'
import type { ArtifactFile } from '../systems/artifacts/artifacts.ts'
import { openLayout, sha256 } from '../systems/registry/layout.ts'

/** The only names that an image handed over may have: those of the image layout specification. */
const name = /^(?:oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/

export function isLayoutName(text: string): boolean {
  return name.test(text)
}

/** The files of an OCI layout, for an artifact. */
export async function listLayout(folder: string): Promise<readonly ArtifactFile[]> {
  const blobs = await readdir(join(folder, 'blobs', 'sha256'))
  const names = ['oci-layout', 'index.json', ...blobs.toSorted().map((blob) => `blobs/sha256/${blob}`)]
  return Promise.all(
    names.filter(isLayoutName).map(async (each) => {
      const path = join(folder, each)
      return { name: each, bytes: (await stat(path)).size, open: () => createReadStream(path) }
    }),
  )
}

export interface PlatformImage {
  /** As configured: `linux/arm64`. */
  readonly platform: string
  /** Of its manifest. */
  readonly digest: string
  readonly files: readonly ArtifactFile[]
}

/**
 * One layout from the images that jobs built for their platforms, into an empty folder. Every blob that is reached from a
 * manifest is read and checked against its digest; whatever else was handed over is left out. With several platforms an
 * index over them is made: its digest is the image's.
 *
 * @returns the digest to push
 * @throws StagegateError E_IMAGE_LAYOUT, E_HANDOVER_INVALID
 */
export async function mergeImages(images: readonly PlatformImage[], folder: string): Promise<string> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true, mode: 0o700 })
  for (const { files } of images) {
    for (const file of files.filter((each) => each.name.startsWith('blobs/'))) {
      await pipeline(file.open(), createWriteStream(join(folder, file.name), { mode: 0o600 }))
    }
  }
  const layout = openLayout(folder)
  const descriptors = await Promise.all(
    images.map(async ({ platform, digest }) => {
      const { manifests, blobs: content } = await layout.read(digest)
      for (const blob of content) await layout.verify(blob)
      const [manifest] = manifests
      if (manifests.length !== 1 || manifest?.manifest.kind !== 'image') {
        throw refused(platform, 'it is no single image')
      }
      const config = JSON.parse(
        await readFile(pathOf(manifest.manifest.blobs[0]?.digest ?? ''), 'utf8'),
      ) as Platform
      if (platformOf(config) !== platform.replace(/^linux\/arm64\/v8$/, 'linux/arm64'))
        throw refused(platform, `it is for ${platformOf(config)}`)
      const { mediaType } = manifest.manifest
      return { mediaType, digest, size: manifest.bytes.length, platform: describe(config) }
    }),
  )
  const [only] = descriptors
  if (only !== undefined && descriptors.length === 1) return only.digest
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: descriptors }))
  await writeFile(pathOf(sha256(index)), index, { mode: 0o600 })
  return sha256(index)

  function pathOf(digest: string): string {
    return join(blobs, digest.slice('sha256:'.length))
  }
}

interface Platform {
  readonly os?: unknown
  readonly architecture?: unknown
  readonly variant?: unknown
}

function platformOf({ os, architecture, variant }: Platform): string {
  // The variant of arm64 that everybody means has two spellings.
  const known = architecture === 'arm64' && variant === 'v8' ? undefined : variant
  return [os, architecture, known].filter((part) => typeof part === 'string' && part !== '').join('/')
}

function describe({ os, architecture, variant }: Platform): object {
  return { architecture, os, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) }
}

function refused(platform: string, why: string): StagegateError {
  return new StagegateError('E_HANDOVER_INVALID', {
    message: `The image that was built for ${platform} is refused: ${why}.`,
    state: 'Nothing was pushed.',
  })
}
