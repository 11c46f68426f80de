import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { AppliedObject, KubernetesObject } from '../../../systems/kubernetes/cluster.ts'
import type { Deployment } from '../deployment.ts'
import { isWorkload } from '../manifests/pin-images.ts'

/** Watches everything that was applied until all of it is ready, then checks that the pushed digest is what runs. */
export async function watchRollout(
  deployment: Deployment,
  applied: readonly AppliedObject[],
  step: StepContext,
): Promise<void> {
  const { cluster, lease } = deployment
  const objects = applied.map((each) => each.object)
  const workloads = objects.filter((each) => isWorkload(each) && each.kind !== 'CronJob')
  await cluster.awaitRollout(objects, {
    signal: AbortSignal.any([step.signal, lease.lost]),
    onProgress: ({ object, text }) => {
      step.log.info(`${object}: ${text}`)
    },
  })
  for (const workload of workloads) await checkRunningDigest(deployment, workload, step)
  step.fact('workloads', workloads.map((each) => `${each.kind} ${each.metadata.name}`).join(', '))
}

async function checkRunningDigest(
  deployment: Deployment,
  workload: KubernetesObject,
  step: StepContext,
): Promise<void> {
  const { cluster, image, systems } = deployment
  const registry = await systems.registry()
  const [running, digests] = await Promise.all([
    cluster.runningImages(workload, step.signal),
    registry.platformDigests(image.repository, image.digest, step.signal),
  ])
  const ours = running.filter((each) =>
    each.imageId.includes(image.repository.slice(image.repository.indexOf('/') + 1)),
  )
  const wrong = ours.filter((each) => !digests.some((digest) => each.imageId.endsWith(digest)))
  if (wrong.length > 0) {
    throw new StagegateError('E_IMAGE_NOT_RUNNING', {
      message: `${wrong.length} of ${ours.length} containers of ${workload.kind} ${workload.metadata.name} do not run ${image.digest}.`,
      evidence: wrong.map((each) => `pod ${each.pod}, container ${each.container}: ${each.imageId}`),
    })
  }
  if (ours.length > 0)
    step.log.info(
      `${workload.kind} ${workload.metadata.name}: ${ours.length} containers run ${image.digest}.`,
    )
}
