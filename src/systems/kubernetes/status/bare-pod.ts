import { findCondition, type Pod } from './objects.ts'
import { isReady, judgePod, settle } from './pod.ts'
import { done, type ObjectStatus, type World } from './status.ts'

/**
 * A Pod that nobody manages is done when it is ready, or has succeeded where it is not to be started again; failed, it
 * stays so.
 */
export function judgeBarePod(world: World): ObjectStatus {
  const pod = world.object as Pod
  const { phase, reason, message } = pod.status ?? {}
  if (phase === 'Succeeded') return done('succeeded')
  if (isReady(pod)) {
    return {
      done: true,
      ...settle([pod], world),
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
