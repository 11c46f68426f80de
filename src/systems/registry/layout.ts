import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import { type Descriptor, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from './manifest.ts'

/** A manifest of a layout, with the bytes that its digest is of. */
export interface LayoutManifest {
  readonly digest: string
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** What has to be in a registry for one digest: `manifests` with children before their index. */
export interface ImageContent {
  readonly manifests: readonly LayoutManifest[]
  readonly blobs: readonly Descriptor[]
}

/** An image on disk, by the image-spec's layout. Everything read from it is checked against its digest. */
export interface ImageLayout {
  /** @throws StagegateError E_IMAGE_LAYOUT */
  read(digest: string): Promise<ImageContent>
  /** Reads a blob once, to know that it is whole. @throws StagegateError E_IMAGE_LAYOUT */
  verify(blob: Descriptor): Promise<void>
  open(blob: Descriptor): AsyncIterable<Uint8Array>
}

/** @param folder absolute */
export function openLayout(folder: string): ImageLayout {
  const pathOf = (digest: string): string => join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length))

  async function readManifest(digest: string): Promise<LayoutManifest> {
    const bytes = await readBytes(pathOf(digest), digest)
    if (sha256(bytes) !== digest) throw broken(`its manifest ${digest} has other content than its name says`)
    const manifest = parseManifest(bytes)
    if (manifest === undefined) throw broken(`${digest} is neither an image manifest nor an index`)
    return { digest, bytes, manifest }
  }

  async function readTree(digest: string, depth: number): Promise<readonly LayoutManifest[]> {
    if (depth > 2) throw broken('it has an index of an index of an index')
    const top = await readManifest(digest)
    if (top.manifest.kind === 'image') return [top]
    const children = await Promise.all(top.manifest.manifests.map((each) => readTree(each.digest, depth + 1)))
    return [...children.flat(), top]
  }

  return {
    async read(digest) {
      const manifests = await readTree(digest, 0)
      const blobs = manifests.flatMap(({ manifest }) => (manifest.kind === 'image' ? manifest.blobs : []))
      return {
        manifests: [...new Map(manifests.map((each) => [each.digest, each])).values()],
        blobs: [...new Map(blobs.map((each) => [each.digest, each])).values()],
      }
    },
    async verify(blob) {
      const hash = createHash('sha256')
      let bytes = 0
      try {
        for await (const chunk of createReadStream(pathOf(blob.digest)) as AsyncIterable<Uint8Array>) {
          hash.update(chunk)
          bytes += chunk.length
        }
      } catch (thrown) {
        throw broken(`its blob ${blob.digest} cannot be read`, thrown)
      }
      if (bytes !== blob.size || `sha256:${hash.digest('hex')}` !== blob.digest) {
        throw broken(`its blob ${blob.digest} has ${bytes} bytes of other content than its name says`)
      }
    },
    open: (blob) => createReadStream(pathOf(blob.digest), { highWaterMark: 256 << 10 }),
  }
}

/** `sha256:…` of some bytes. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

async function readBytes(path: string, digest: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > MAX_MANIFEST_BYTES) throw new Error(`${size} bytes are too many for a manifest`)
    return await readFile(path)
  } catch (thrown) {
    throw broken(`its manifest ${digest} cannot be read`, thrown)
  }
}

function broken(what: string, cause?: unknown): StagegateError {
  return new StagegateError('E_IMAGE_LAYOUT', {
    message: `The built image is not whole: ${what}.`,
    state: 'No tag was written.',
    ...(cause === undefined ? {} : { cause }),
  })
}
