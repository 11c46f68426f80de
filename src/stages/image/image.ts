import type { Config, Configured, ImageSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { Stage, StepContext } from '../../pipeline/index.ts'
import type { BuiltImage } from '../../systems/docker/docker.ts'
import type { CheckoutOutput } from '../checkout/checkout.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'

/** The one digest that is scanned, pushed, deployed and running. */
export interface ImageOutput {
  readonly repository: string
  /** `sha256:…`, read back from the registry. */
  readonly digest: string
  readonly tags: readonly string[]
  /**
   * Of an earlier pass: the tags with the commit in them. Each has to name the digest, because the pass itself only
   * says which one it is.
   */
  readonly lastingTags?: readonly string[]
  /** Folder of the OCI layout that was built; it is there while the run lasts. */
  readonly layout?: string
}

type Settings = Extract<Configured<ImageSettings>, { configured: true }>

/** The image: built once to an OCI layout, the same blobs pushed, the digest read back. */
export const image: Stage<Outputs, 'image', 'checkout', Config, Systems> = {
  id: 'image',
  needs: ['checkout'],
  plan(config) {
    const settings = config.image
    if (!settings.configured) return { run: false, reason: settings.reason }
    const { timeoutMs, source, part } = settings
    const names = settings.tags.map((tag) => tag.name)
    return {
      run: true,
      summary: `${settings.repository}:${names.join(', ')}`,
      steps: [
        part === 'push'
          ? {
              id: 'build',
              run: true,
              summary: 'what the jobs image-build handed over, checked against its digests',
              timeoutMs,
            }
          : {
              id: 'build',
              run: true,
              summary: `docker buildx build (${settings.platforms.join(', ')})`,
              source,
              timeoutMs,
            },
        part === 'build'
          ? { id: 'push', run: false, reason: 'the job image-push does it' }
          : {
              id: 'push',
              run: true,
              summary: names.map((name) => `${settings.repository}:${name}`).join(', '),
              source,
              timeoutMs,
            },
      ],
      async execute({ checkout }, { systems, step }) {
        const built = await step('build', (each) =>
          part === 'push' ? takeOver(systems, each) : build(settings, checkout, systems, each),
        )
        if (built === undefined) throw new Error('image.build is critical')
        await step('push', (each) => push(settings, built, systems, each))
        return { repository: settings.repository, digest: built.digest, tags: names, layout: built.layout }
      },
    }
  },
  async restore({ repository, digest, lastingTags = [] }, { systems, signal }) {
    const registry = await systems.registry()
    const next = 'Run again with from: image.'
    for (const reference of [digest, ...lastingTags]) {
      const found = await registry.digestOf(repository, reference, signal)
      if (found === undefined) {
        const what = reference === digest ? `${repository}@${digest}` : `${repository}:${reference}`
        throw new StagegateError('E_REGISTRY_NOT_VISIBLE', {
          message: `${what}, which an earlier run pushed, is no longer in the registry.`,
          next,
        })
      }
      if (found !== digest) {
        throw new StagegateError('E_TAG_MOVED', {
          message: `${repository}:${reference} is ${found}, and not ${digest}, which an earlier run is said to have pushed.`,
          next,
        })
      }
    }
  },
}

async function build(
  settings: Settings,
  { committedAt }: CheckoutOutput,
  systems: Systems,
  step: StepContext,
): Promise<BuiltImage> {
  const docker = await systems.docker()
  const folder = await systems.files.makeFolder('image')
  const built = await docker.build(settings, {
    folder,
    // The same commit gives the same bytes, whenever it is built.
    sourceDate: new Date(committedAt),
    signal: step.signal,
    onOutput: (chunk) => {
      step.log.child(chunk)
    },
  })
  step.fact('digest', built.digest)
  return built
}

async function takeOver(systems: Systems, step: StepContext): Promise<BuiltImage> {
  const built = await systems.handedOverImage(step.signal)
  step.fact('digest', built.digest)
  step.log.info(
    `${built.digest} is what was handed over; every blob of it has the content that its name says.`,
  )
  return built
}

async function push(
  settings: Settings,
  built: BuiltImage,
  systems: Systems,
  step: StepContext,
): Promise<void> {
  const registry = await systems.registry()
  const { repository } = settings
  await refuseMovedTags(settings, built.digest, systems, step)
  const { pushedBytes, skippedBlobs } = await registry.push({
    layout: built.layout,
    repository,
    digest: built.digest,
    tags: settings.tags.map((tag) => tag.name),
    signal: step.signal,
    onProgress: (text) => {
      step.log.info(text)
    },
  })
  const readBack = await registry.digestOf(repository, settings.tags[0]?.name ?? built.digest, step.signal)
  if (readBack !== built.digest) {
    throw new StagegateError('E_DIGEST_MISMATCH', {
      message: `The registry serves ${readBack ?? 'nothing'} for ${repository}; pushed was ${built.digest}.`,
      state: 'The image is in the registry; nothing was deployed.',
    })
  }
  step.fact('pushed', `${(pushedBytes / 1e6).toFixed(1)} MB, ${skippedBlobs} blobs were there`)
  step.log.info(`${repository}@${built.digest} is in the registry, read back.`)
}

/** Tags with the commit in them never move: the same commit built again must give the same bytes, or keep its first. */
async function refuseMovedTags(
  settings: Settings,
  digest: string,
  systems: Systems,
  step: StepContext,
): Promise<void> {
  const registry = await systems.registry()
  for (const tag of settings.tags.filter((each) => !each.moves)) {
    const existing = await registry.digestOf(settings.repository, tag.name, step.signal)
    if (existing !== undefined && existing !== digest) {
      throw new StagegateError('E_TAG_MOVED', {
        message: `The tag ${tag.name} exists with ${existing}; this build made ${digest}.`,
        state: 'Nothing was pushed.',
      })
    }
  }
}
