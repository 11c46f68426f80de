import type { StepContext } from '../../../pipeline/index.ts'
import type { AppliedObject, RolloutEvidence } from '../../../systems/kubernetes/cluster.ts'
import type { Deployment } from '../deployment.ts'
import { isWorkload } from '../manifests/pin-images.ts'
import { verifyImage } from './verify-image.ts'

/** Watches everything that was applied until all of it is ready, then checks that the pushed digest is what runs. */
export async function watchRollout(
  deployment: Deployment,
  applied: readonly AppliedObject[],
  step: StepContext,
): Promise<void> {
  const { cluster, lease, settings } = deployment
  const objects = applied.map((each) => each.object)
  const workloads = objects.filter((each) => isWorkload(each) && each.kind !== 'CronJob')
  await cluster.awaitRollout(objects, {
    signal: AbortSignal.any([step.signal, lease.lost]),
    logReplicas: settings.rollout.configured ? settings.rollout.logs : 0,
    onProgress: ({ object, text }) => {
      step.log.info(`${object}: ${text}`)
    },
    onLog: ({ pod, container, text }) => {
      step.log.info(`${pod}/${container} | ${text}`)
    },
    onEvidence: (evidence) => {
      step.keep(
        'rollout',
        evidence.map((each) => ({ ...each, diff: diffOf(each, applied) })),
      )
    },
  })
  const verified = await Promise.all(workloads.map((each) => verifyImage(deployment, each, step)))
  const containers = verified.reduce((sum, each) => sum + each, 0)
  step.fact('workloads', workloads.map((each) => `${each.kind} ${each.metadata.name}`).join(', '))
  step.fact('verified', `${containers} ${containers === 1 ? 'container runs' : 'containers run'} the digest`)
}

/** What this run changed about the object that failed. */
function diffOf({ object }: RolloutEvidence, applied: readonly AppliedObject[]): readonly string[] {
  const found = applied.find(({ object: { kind, metadata } }) =>
    [`${kind} ${metadata.name}`, `${kind} ${metadata.namespace ?? ''}/${metadata.name}`].includes(object),
  )
  return found?.diff ?? []
}
