import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/cluster.ts'
import type { Systems } from '../../systems.ts'
import type { Deployment } from '../deployment.ts'
import { digestOf, judgeRunning, pinnedContainers } from './judge-running.ts'

/** The parts of a deployment that this needs. */
export type Verified = Pick<Deployment, 'cluster' | 'image'> & { readonly systems: Pick<Systems, 'registry'> }

/**
 * Checks that every container of a workload that is pinned to the pushed image runs it.
 *
 * @returns how many do
 * @throws StagegateError E_IMAGE_NOT_RUNNING
 */
export async function verifyImage(
  deployment: Verified,
  workload: KubernetesObject,
  step: Pick<StepContext, 'signal' | 'log'>,
): Promise<number> {
  const { cluster, image, systems } = deployment
  const pinned = pinnedContainers(workload, `${image.repository}@${image.digest}`)
  if (pinned.length === 0) return 0
  const title = `${workload.kind} ${workload.metadata.name}`
  const registry = await systems.registry()
  const [running, digests] = await Promise.all([
    cluster.runningImages(workload, step.signal),
    registry.platformDigests(image.repository, image.digest, step.signal),
  ])
  const first = judgeRunning(running.containers, pinned, digests)
  const others = [...new Set(first.wrong.map(({ imageId }) => digestOf(imageId)))]
  const same = await findSame(deployment, others, digests, step.signal)
  const { right, wrong } = judgeRunning(running.containers, pinned, [...digests, ...same])
  if (wrong.length > 0) {
    throw new StagegateError('E_IMAGE_NOT_RUNNING', {
      message: `${title}: ${wrong.length} of ${right.length + wrong.length} containers of the service do not run ${image.digest}.`,
      evidence: wrong.map(
        ({ pod, container, imageId }) =>
          `pod ${pod}, container ${container}: ${imageId === '' ? 'the node does not say which image it runs' : imageId}`,
      ),
    })
  }
  const { old } = running
  step.log.info(
    right.length === 0
      ? `${title}: no pod runs it.`
      : `${title}: ${right.length} ${right.length === 1 ? 'container runs' : 'containers run'} ${image.digest}.`,
  )
  if (old.length > 0) step.log.info(`${title}: earlier pods that still end: ${old.slice(0, 10).join(', ')}.`)
  return right.length
}

/**
 * A node knows an image by its content, and names it by the first digest that it ever met it under: an index of another
 * build whose platform manifests are all of this one is the same image.
 */
async function findSame(
  { image, systems }: Verified,
  others: readonly string[],
  digests: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const registry = await systems.registry()
  const found = await Promise.all(
    others.map(async (digest) => {
      if (digest === '') return []
      try {
        const its = await registry.platformDigests(image.repository, digest, signal)
        const platforms = its.filter((each) => each !== digest)
        return platforms.length > 0 && platforms.every((each) => digests.includes(each)) ? [digest] : []
      } catch (thrown) {
        // Not in this repository: it is another image.
        if (thrown instanceof StagegateError && thrown.code === 'E_REGISTRY_NOT_VISIBLE') return []
        throw thrown
      }
    }),
  )
  return found.flat()
}
