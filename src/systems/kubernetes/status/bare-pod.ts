import { CONTROLLER_TIME, isMadeSince, isUnseen } from './freshness.ts'
import { findCondition, type Pod } from './objects.ts'
import { isReady, judgePod } from './pod.ts'
import { settle } from './settle.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/**
 * A Pod that nobody manages is done when it is ready, or has succeeded where it is not to be started again; failed, it
 * stays so.
 */
export function judgeBarePod(world: World): ObjectStatus {
  const pod = world.object as Pod
  const { phase, reason, message } = pod.status ?? {}
  if (phase === 'Succeeded') return done('succeeded')
  if (isUnseen(pod)) return waiting('waiting for its node to see the change')
  if (isReady(pod)) {
    const settled = settle([pod], world, 1)
    return {
      done: true,
      ...settled,
      settleMs: isChangedInPlace(world) ? Math.max(settled.settleMs, CONTROLLER_TIME) : settled.settleMs,
      text: 'ready',
      symptoms: [],
      pods: [pod],
    }
  }
  const uid = pod.metadata.uid ?? ''
  const failed = {
    key: `${uid}/failed`,
    graceMs: 0,
    reason: reason ?? 'Failed',
    text: message ?? 'its containers ended with a failure and are not started again',
    pod,
  }
  const waitsFor = findCondition(pod.status?.conditions, 'Ready')?.reason
  return {
    done: false,
    text: [phase ?? 'no status yet', waitsFor].filter((each) => each !== undefined).join(': '),
    symptoms: phase === 'Failed' ? [failed] : judgePod(pod, world),
    pods: [pod],
  }
}

/** Another image in a pod that runs: its node ends the container some moments later, and the pod is ready until then. */
function isChangedInPlace({ object, writtenAt }: World): boolean {
  return writtenAt !== undefined && !isMadeSince(object, writtenAt)
}
