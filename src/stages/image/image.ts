import type { Config, Configured, ImageSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { Stage, StepContext } from '../../pipeline/index.ts'
import type { BuiltImage } from '../../systems/docker/docker.ts'
import type { CheckoutOutput } from '../checkout/checkout.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'
import { explainKept, pushBuilt } from './push-built.ts'

/** The one digest that is scanned, pushed, deployed and running. */
export interface ImageOutput {
  readonly repository: string
  /** `sha256:…`, read back from the registry. */
  readonly digest: string
  readonly tags: readonly string[]
  /**
   * Of an earlier pass: the tags with the commit in them, and the commit. Each tag has to name the digest, or the image
   * to say that it is of the commit, because the pass itself only says which one it is.
   */
  readonly lastingTags?: readonly string[]
  readonly revision?: string
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
      async execute({ checkout }, { systems, step, warn }) {
        const built = await step('build', (each) =>
          part === 'push' ? takeOver(systems, each) : build(settings, checkout, systems, each),
        )
        if (built === undefined) throw new Error('image.build is critical')
        const pushed = await step('push', async (each) =>
          pushBuilt(settings, built, config, await systems.registry(), each),
        )
        const { tags, kept } = pushed ?? { tags: names, kept: [] }
        if (kept.length > 0) warn(explainKept(kept, built.digest))
        return { repository: settings.repository, digest: built.digest, tags, layout: built.layout }
      },
    }
  },
  async restore({ repository, digest, lastingTags = [], revision }, { systems, signal }) {
    const registry = await systems.registry()
    const refuse = (code: 'E_REGISTRY_NOT_VISIBLE' | 'E_TAG_MOVED', message: string): StagegateError =>
      new StagegateError(code, { message, next: 'Run again with from: image.' })
    for (const reference of [digest, ...lastingTags]) {
      const found = await registry.digestOf(repository, reference, signal)
      if (found === undefined) {
        const what = reference === digest ? `${repository}@${digest}` : `${repository}:${reference}`
        throw refuse(
          'E_REGISTRY_NOT_VISIBLE',
          `${what}, which an earlier run pushed, is no longer in the registry.`,
        )
      }
      if (found === digest) continue
      // A build that is not reproducible leaves the tag with its first result: then the image itself says its commit.
      const own = await registry.revisionOf(repository, digest, signal)
      if (own === undefined || own !== revision) {
        throw refuse(
          'E_TAG_MOVED',
          `${repository}:${reference} is ${found}, and not ${digest}, which an earlier run is said to have pushed and which is an image of ${own ?? 'no commit'}.`,
        )
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
