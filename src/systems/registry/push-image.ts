import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { inParallel } from './in-parallel.ts'
import { type LayoutManifest, openLayout } from './layout.ts'
import { type BlobPush, pushBlob } from './push-blob.ts'
import type { ReadManifest } from './read-manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import { refusal } from './registry-error.ts'
import type { Registry } from './registry.ts'
import { isReference, parseRepository } from './repository-name.ts'

/** How many blobs go up at the same time. */
const PARALLEL = 3
/** Milliseconds in which a registry has to show what it has stored, and between two looks. */
const VISIBLE_WITHIN = 60_000
const FIRST_LOOK = 500
const MOST_BETWEEN_LOOKS = 5000

/** Blobs, then manifests by digest with children first, then the read-back, and the tags last. */
export function createPush(options: {
  readonly client: RegistryClient
  readonly clock: Clock
  readonly readManifest: ReadManifest
}): Registry['push'] {
  const { client, clock, readManifest } = options

  return async ({ layout: folder, repository: name, digest, tags, signal, onProgress }) => {
    const repository = parseRepository(name)
    for (const tag of tags) if (!isReference(tag)) throw badTag(tag)
    const layout = openLayout(folder)
    const { manifests, blobs } = await layout.read(digest)
    const push: BlobPush = { client, clock, repository, layout, signal }

    let pushedBytes = 0
    let skippedBlobs = 0
    let done = 0
    await inParallel(blobs, PARALLEL, async (blob) => {
      const pushed = await pushBlob(push, blob)
      if (pushed) pushedBytes += blob.size
      else skippedBlobs += 1
      done += 1
      const size = `${(blob.size / 1e6).toFixed(1)} MB`
      onProgress(`blob ${done} of ${blobs.length}: ${size} ${pushed ? 'pushed' : 'was there'}`)
    })
    for (const manifest of manifests) await put(manifest, manifest.digest)
    await awaitVisible()
    const top = manifests.find((each) => each.digest === digest)
    if (top !== undefined) for (const tag of tags) await put(top, tag)
    return { pushedBytes, skippedBlobs }

    async function put(manifest: LayoutManifest, reference: string): Promise<void> {
      const answer = await client.send(repository, 'pull,push', {
        method: 'PUT',
        path: `manifests/${reference}`,
        headers: { 'content-type': manifest.manifest.mediaType },
        body: manifest.bytes,
        signal,
      })
      if (answer.status !== 201 && answer.status !== 200) {
        const moved = answer.status === 409 || answer.status === 412
        throw refusal(answer, repository, `store ${reference}`, moved ? 'E_TAG_MOVED' : undefined)
      }
      const stored = answer.headers.get('docker-content-digest')
      if (stored !== undefined && stored !== manifest.digest) {
        throw new StagegateError('E_DIGEST_MISMATCH', {
          message: `The registry stored ${reference} of ${name} as ${stored}; sent was ${manifest.digest}.`,
        })
      }
    }

    async function awaitVisible(): Promise<void> {
      const end = clock.monotonic() + VISIBLE_WITHIN
      for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 2, MOST_BETWEEN_LOOKS)) {
        if ((await readManifest(repository, digest, signal)) !== undefined) return
        if (clock.monotonic() + wait > end) {
          throw new StagegateError('E_REGISTRY_NOT_VISIBLE', {
            message: `${name}@${digest} was pushed, and cannot be read back after ${VISIBLE_WITHIN / 1000} s.`,
            state: 'No tag was written.',
          })
        }
        await clock.sleep(wait, signal)
      }
    }
  }
}

function badTag(tag: string): StagegateError {
  return new StagegateError('E_IMAGE_NAME', { message: `${JSON.stringify(tag)} cannot be a tag.` })
}
