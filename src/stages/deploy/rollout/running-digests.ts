import { StagegateError } from '../../../errors/index.ts'
import type { ImageOutput } from '../../image/image.ts'
import type { Systems } from '../../systems.ts'

/** Under which digests nodes may know the image that was pushed. */
export interface RunningDigests {
  /** Whether a digest that a node names is the image, however else it came to be called so. */
  isSame(digest: string): Promise<boolean>
}

/**
 * The digests of an image: of its index, of the manifest of each platform, and of any other index of the repository whose
 * platforms are all of this one. A node knows an image by its content, and names it by the first digest that it ever met
 * it under. Each is asked for once.
 *
 * @throws StagegateError E_REGISTRY_*
 */
export async function findDigests(
  image: Pick<ImageOutput, 'repository' | 'digest'>,
  systems: Pick<Systems, 'registry'>,
  signal: AbortSignal,
): Promise<RunningDigests> {
  const registry = await systems.registry()
  const own = await registry.platformDigests(image.repository, image.digest, signal)
  const asked = new Map<string, Promise<boolean>>()

  async function ask(digest: string): Promise<boolean> {
    try {
      const its = await registry.platformDigests(image.repository, digest, signal)
      const platforms = its.filter((each) => each !== digest)
      return platforms.length > 0 && platforms.every((each) => own.includes(each))
    } catch (thrown) {
      // Not in this repository: it is another image.
      if (thrown instanceof StagegateError && thrown.code === 'E_REGISTRY_NOT_VISIBLE') return false
      throw thrown
    }
  }

  return {
    isSame(digest) {
      if (own.includes(digest)) return Promise.resolve(true)
      if (digest === '') return Promise.resolve(false)
      const known = asked.get(digest) ?? ask(digest)
      asked.set(digest, known)
      return known
    },
  }
}
