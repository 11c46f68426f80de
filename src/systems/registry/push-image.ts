import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { inParallel } from './in-parallel.ts'
import { openLayout } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import { type BlobPush, pushBlob } from './push-blob.ts'
import { type ManifestPush, putManifest, putTag } from './put-manifest.ts'
import type { ReadLabels } from './read-labels.ts'
import type { ReadManifest } from './read-manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import type { PushedImage, PushOptions, Registry, TagState } from './registry.ts'
import { isReference, parseRepository } from './repository-name.ts'
import { Stored } from './stored.ts'

/** How many blobs go up at the same time. */
const PARALLEL = 3
/** Milliseconds in which a registry has to show what it has stored, and between two looks. */
const VISIBLE_WITHIN = 60_000
const FIRST_LOOK = 500
const MOST_BETWEEN_LOOKS = 5000

export interface PushParts {
  readonly client: RegistryClient
  readonly clock: Clock
  readonly readManifest: ReadManifest
  readonly readLabels: ReadLabels
}

/** Blobs, then manifests by digest with children first, then the read-back, and the tags last, the moving ones behind. */
export function createPush(parts: PushParts): Registry['push'] {
  return async (options) => {
    const repository = parseRepository(options.repository)
    for (const { name } of options.tags) if (!isReference(name)) throw badTag(name)
    const layout = openLayout(options.layout)
    const { manifests, blobs } = await layout.read(options.digest)
    const stored = new Stored(repository)
    const { signal } = options
    const push: BlobPush = { ...parts, repository, layout, signal }
    const named: ManifestPush = { ...parts, repository, stored, signal }
    try {
      const { pushedBytes, skippedBlobs } = await pushBlobs(push, blobs, stored, options)
      for (const manifest of manifests) await putManifest(named, manifest)
      await awaitVisible(parts, options)
      const tags: TagState[] = []
      const top = manifests.find((each) => each.digest === options.digest)
      const inOrder = options.tags.toSorted((one, other) => Number(one.moves) - Number(other.moves))
      if (top !== undefined)
        for (const tag of inOrder) tags.push(await putTag(named, top, tag, options.revision))
      return { pushedBytes, skippedBlobs, tags }
    } catch (thrown) {
      // A cancel stays what it is; its log says what is stored.
      const state = stored.describe(blobs.length)
      if (thrown instanceof StagegateError && thrown.code !== 'E_CANCELLED') throw thrown.with({ state })
      options.onProgress(state)
      throw thrown
    }
  }
}

async function pushBlobs(
  push: BlobPush,
  blobs: readonly Descriptor[],
  stored: Stored,
  { onProgress }: PushOptions,
): Promise<Omit<PushedImage, 'tags'>> {
  let pushedBytes = 0
  let skippedBlobs = 0
  let done = 0
  await inParallel(blobs, PARALLEL, async (blob) => {
    const pushed = await pushBlob(push, blob)
    stored.blob(blob.digest)
    if (pushed) pushedBytes += blob.size
    else skippedBlobs += 1
    done += 1
    const size = `${(blob.size / 1e6).toFixed(1)} MB`
    onProgress(`blob ${done} of ${blobs.length}: ${size} ${pushed ? 'pushed' : 'was there'}`)
  })
  return { pushedBytes, skippedBlobs }
}

async function awaitVisible(
  { clock, readManifest }: PushParts,
  { repository, digest, signal }: PushOptions,
): Promise<void> {
  const end = clock.monotonic() + VISIBLE_WITHIN
  for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 2, MOST_BETWEEN_LOOKS)) {
    if ((await readManifest(parseRepository(repository), digest, signal)) !== undefined) return
    if (clock.monotonic() + wait > end) {
      throw new StagegateError('E_REGISTRY_NOT_VISIBLE', {
        message: `${repository}@${digest} was pushed, and cannot be read back after ${VISIBLE_WITHIN / 1000} s.`,
      })
    }
    await clock.sleep(wait, signal)
  }
}

function badTag(tag: string): StagegateError {
  return new StagegateError('E_IMAGE_NAME', { message: `${JSON.stringify(tag)} cannot be a tag.` })
}
