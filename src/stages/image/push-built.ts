import type { Config, Configured, ImageSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { StepContext } from '../../pipeline/index.ts'
import type { BuiltImage } from '../../systems/docker/docker.ts'
import type { Registry, TagState } from '../../systems/registry/registry.ts'

type Settings = Extract<Configured<ImageSettings>, { configured: true }>

/** What the tags of the configuration name when an image has been pushed. */
export interface PushedTags {
  /** Tags that name it. */
  readonly tags: readonly string[]
  /** Tags that stay with an earlier build of the same commit. */
  readonly kept: readonly TagState[]
}

/**
 * Pushes what was built and reads it back. A tag with the commit in it belongs to its first build: when that was another
 * digest, the image is pushed beside it and named by its own digest.
 *
 * @throws StagegateError E_REGISTRY_*, E_DIGEST_MISMATCH, E_TAG_IMMUTABLE; E_TAG_MOVED where the configuration asks for it
 */
export async function pushBuilt(
  settings: Settings,
  built: BuiltImage,
  { trigger }: Pick<Config, 'trigger'>,
  registry: Registry,
  step: StepContext,
): Promise<PushedTags> {
  const { repository } = settings
  if (settings.commitTag === 'fail') await refuseMovedTags(settings, built.digest, registry, step)
  const pushed = await registry.push({
    layout: built.layout,
    repository,
    digest: built.digest,
    tags: settings.tags,
    revision: trigger.headCommit,
    signal: step.signal,
    onProgress: (text) => {
      step.log.info(text)
    },
  })
  const tags = await readBack(settings, built.digest, pushed.tags, registry, step.signal)
  step.fact('pushed', `${(pushed.pushedBytes / 1e6).toFixed(1)} MB, ${pushed.skippedBlobs} blobs were there`)
  const kept = tags.filter((tag) => tag.change === 'kept')
  for (const tag of kept) step.fact(tag.name, `stays with ${tag.digest}`)
  step.log.info(`${repository}@${built.digest} is in the registry, read back; ${describeTags(tags)}.`)
  const staying = new Set(kept.map(({ name }) => name))
  return { tags: settings.tags.map(({ name }) => name).filter((name) => !staying.has(name)), kept }
}

/** What a run says of tags that stay with another build of its commit. */
export function explainKept(kept: readonly TagState[], digest: string): string {
  const names = kept.map((tag) => `${tag.name} names ${tag.digest}`).join(', ')
  return `The build is not reproducible: the same commit has been built before with another result. ${names}; this run has built, pushed and goes on with ${digest}.`
}

/** Where the configuration asks for it, a tag with the commit in it must name what this build made. */
async function refuseMovedTags(
  { tags, repository }: Settings,
  digest: string,
  registry: Registry,
  step: StepContext,
): Promise<void> {
  for (const tag of tags.filter((each) => !each.moves)) {
    const existing = await registry.digestOf(repository, tag.name, step.signal)
    if (existing !== undefined && existing !== digest)
      throw tagMoved(tag.name, existing, digest).with({ state: 'Nothing was pushed.' })
  }
}

/**
 * The registry's own word for what it has. Of the tags only those with the commit in them are asked for: another run may
 * move the others at any time.
 *
 * @returns the tags as the registry has them now: another run of the same commit may have been as fast as this one
 */
async function readBack(
  { tags: configured, commitTag, repository }: Settings,
  digest: string,
  tags: readonly TagState[],
  registry: Registry,
  signal: AbortSignal,
): Promise<readonly TagState[]> {
  const lasting = new Set(configured.filter((tag) => !tag.moves).map(({ name }) => name))
  try {
    const now: TagState[] = []
    for (const tag of tags) {
      const asked = tag.change === 'written' && lasting.has(tag.name)
      const found = asked ? await find(tag.name) : tag.digest
      now.push(found === tag.digest ? tag : { name: tag.name, digest: found, change: 'kept' })
    }
    if (!tags.some((tag) => tag.change === 'written' && lasting.has(tag.name))) await find(digest)
    const kept = now.find((tag) => tag.change === 'kept' && lasting.has(tag.name))
    if (kept !== undefined && commitTag === 'fail') throw tagMoved(kept.name, kept.digest, digest)
    return now
  } catch (thrown) {
    if (!(thrown instanceof StagegateError) || thrown.code === 'E_CANCELLED') throw thrown
    throw thrown.with({
      state: `${repository} has ${digest}; ${describeTags(tags)}. Nothing was deployed.`,
    })
  }

  async function find(reference: string): Promise<string> {
    const found = await registry.digestOf(repository, reference, signal)
    if (found !== undefined) return found
    throw new StagegateError('E_DIGEST_MISMATCH', {
      message: `The registry serves nothing as ${reference} of ${repository}; pushed was ${digest}.`,
    })
  }
}

function tagMoved(name: string, existing: string, digest: string): StagegateError {
  return new StagegateError('E_TAG_MOVED', {
    message: `The tag ${name} exists with ${existing}; this build made ${digest}.`,
  })
}

function describeTags(tags: readonly TagState[]): string {
  return tags
    .map(({ name, digest, change }) => {
      if (change === 'kept') return `the tag ${name} stays with ${digest}`
      return change === 'written' ? `the tag ${name} names it` : `the tag ${name} named it already`
    })
    .join(', ')
}
