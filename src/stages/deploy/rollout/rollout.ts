import type { StepContext } from '../../../pipeline/index.ts'
import type { AppliedObject } from '../../../systems/kubernetes/applied-object.ts'
import type { RolloutEvidence } from '../../../systems/kubernetes/rollout-contract.ts'
import type { Deployment } from '../deployment.ts'
import { containersOf } from '../manifests/pin-images.ts'
import { verifyImages } from './verify-images.ts'

/** Watches everything that was applied until all of it is ready, then checks that the pushed digest is what runs. */
export async function watchRollout(
  deployment: Deployment,
  applied: readonly AppliedObject[],
  step: StepContext,
): Promise<void> {
  const { cluster, settings } = deployment
  const objects = applied.map((each) => each.object)
  const seen = await cluster.awaitRollout(objects, {
    signal: step.signal,
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
  const { containers, unknown } = await verifyImages(deployment, objects, step, { seen })
  step.keep('running', { containers, unknown })
  const workloads = objects.filter((each) => each.kind !== 'CronJob' && containersOf(each).length > 0)
  step.fact('workloads', workloads.map((each) => `${each.kind} ${each.metadata.name}`).join(', '))
  step.fact(
    'verified',
    [
      `${containers} ${containers === 1 ? 'container runs' : 'containers run'} the digest`,
      ...(unknown.length === 0 ? [] : [`not verified: ${unknown.join(', ')}`]),
    ].join('; '),
  )
}

/** What this run changed about the object that failed. */
function diffOf({ uid }: RolloutEvidence, applied: readonly AppliedObject[]): readonly string[] {
  return applied.find(({ object }) => object.metadata.uid === uid)?.diff ?? []
}
