import { type ErrorCode, type StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { WrittenObject } from '../../../systems/kubernetes/applied-object.ts'
import type { Cluster } from '../../../systems/kubernetes/cluster.ts'
import type { Clock } from '../../../systems/clock/clock.ts'

/** Failures that say that the API server was away. */
const away: readonly ErrorCode[] = [
  'E_KUBE_UNAVAILABLE_DURING_ROLLOUT',
  'E_KUBE_UNAVAILABLE',
  'E_KUBE_UNREACHABLE',
]
/** A server that is not back by then is not waited for: a rollback needs the rest of its time itself. Milliseconds. */
const RESERVE = 30_000

export interface Refusal {
  /** What is left, and why. */
  readonly state: string
  /** How to undo it by hand. */
  readonly evidence: readonly string[]
}

/**
 * Why a rollback would be of no use: nobody in the cluster would act on it, or the API server is still away. Undefined
 * when it is to be tried.
 *
 * @param written what the deployment has applied
 * @param reserve how long the server is waited for, in milliseconds
 */
export async function refuseRollback(
  { cluster, clock }: { readonly cluster: Pick<Cluster, 'version'>; readonly clock: Clock },
  failure: StagegateError,
  written: readonly WrittenObject[],
  { signal, log }: Pick<StepContext, 'signal' | 'log'>,
  reserve = RESERVE,
): Promise<Refusal | undefined> {
  if (failure.code === 'E_ROLLOUT_NO_PROGRESS') {
    return {
      state:
        'Nothing was rolled back: nobody in the cluster acts on changes, so that it would have no effect. The new objects are in the cluster, and are rolled out when it does again.',
      evidence: howToUndo(written),
    }
  }
  if (!away.includes(failure.code)) return undefined
  log.info(`Waiting at most ${Math.round(reserve / 1000)} s for the Kubernetes API, to roll back.`)
  const deadline = clock.deadline(reserve, () => new Error('the Kubernetes API is not back'))
  try {
    await cluster.version(AbortSignal.any([signal, deadline.signal]))
    return undefined
  } catch (thrown) {
    const why = deadline.signal.aborted
      ? `the Kubernetes API did not answer for another ${Math.round(reserve / 1000)} s`
      : toStagegateError(thrown).message
    return {
      state: `Nothing was rolled back: ${why}. The new objects are in the cluster.`,
      evidence: howToUndo(written),
    }
  } finally {
    deadline.clear()
  }
}

/** Of each workload whose pods this deployment has changed the command that brings the ones before back. Pure. */
export function howToUndo(written: readonly WrittenObject[]): readonly string[] {
  return written.flatMap(({ object: { kind, apiVersion, metadata }, change }) => {
    if ((change !== 'changed' && change !== 'uncertain') || !apiVersion.startsWith('apps/')) return []
    if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)) return []
    const namespace = metadata.namespace === undefined ? '' : ` --namespace ${metadata.namespace}`
    return [`to undo by hand: kubectl rollout undo${namespace} ${kind.toLowerCase()}/${metadata.name}`]
  })
}
