import { ownedBy } from './belonging.ts'
import { judgeRefusal } from './creation.ts'
import { type Deployment, findCondition, isOwnedBy, type ReplicaSet } from './objects.ts'
import { judgePod } from './pod.ts'
import { settle } from './settle.ts'
import { type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/**
 * A Deployment is done when all replicas are of the new template, available, and the old ones are gone, as
 * `kubectl rollout status` counts. Only the newest ReplicaSet's pods count as signs of failure.
 */
export function judgeDeployment(world: World): ObjectStatus {
  const deployment = world.object as Deployment
  const { spec = {}, status = {}, metadata } = deployment
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return waiting('waiting for the controller to see the change')
  }
  const wanted = spec.replicas ?? 1
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  const newest = ownedBy(world.replicaSets, metadata.uid).find((each) => isNewest(each, deployment))
  const pods = ownedBy(world.pods, newest?.metadata.uid)
  const old = replicas - updatedReplicas
  if (updatedReplicas >= wanted && old <= 0 && availableReplicas >= wanted) {
    return {
      done: true,
      ...settle(pods, world, wanted),
      text: `${availableReplicas} of ${wanted} replicas available`,
      symptoms: [],
      pods,
    }
  }
  const text = [
    `${Math.min(updatedReplicas, wanted)} of ${wanted} replicas updated`,
    `${availableReplicas} available`,
    ...(old > 0 ? [`${old} old to end`] : []),
  ].join(', ')
  const symptoms = [
    ...judgeConditions(deployment, world),
    ...(newest === undefined ? [] : judgeRefusal(newest, world, old > 0 && freesQuota(deployment))),
    ...pods.flatMap((pod) => judgePod(pod, world)),
  ]
  return { done: false, text, symptoms, pods }
}

/** The ReplicaSet of the current template: it has the Deployment's revision (as kubectl and kapp find it). */
export function isNewest(replicaSet: ReplicaSet, deployment: Deployment): boolean {
  return (
    isOwnedBy(replicaSet, deployment.metadata.uid) &&
    replicaSet.metadata.annotations?.[REVISION] === deployment.metadata.annotations?.[REVISION]
  )
}

function judgeConditions({ spec, status, metadata }: Deployment, { baseline }: World): readonly Symptom[] {
  const uid = metadata.uid ?? ''
  const symptoms: Symptom[] = []
  if (spec?.paused === true) {
    const text = 'the Deployment is paused and does not roll out'
    symptoms.push({ key: `${uid}/paused`, graceMs: 0, reason: 'DeploymentPaused', text })
  }
  const progressing = findCondition(status?.conditions, 'Progressing')
  if (progressing?.status !== 'False' || progressing.reason !== 'ProgressDeadlineExceeded') return symptoms
  const { reason, message: text = 'no progress within progressDeadlineSeconds' } = progressing
  // The condition of an earlier rollout stays until this one makes progress (kapp#1020): it has its deadline anew.
  const isOld = baseline.exceeded.get(uid) === progressing.lastUpdateTime
  const graceMs = isOld ? (spec?.progressDeadlineSeconds ?? 600) * 1000 : 0
  symptoms.push({ key: `${uid}/deadline`, graceMs, reason, text })
  return symptoms
}

/** Whether old pods go before new ones come, and leave their part of a quota: `maxUnavailable` rounded down, as the controller does. */
function freesQuota({ spec = {} }: Deployment): boolean {
  if (spec.strategy?.type === 'Recreate') return true
  const { maxUnavailable = '25%', maxSurge = '25%' } = spec.strategy?.rollingUpdate ?? {}
  const replicas = spec.replicas ?? 1
  return count(maxUnavailable, replicas, Math.floor) > 0 || count(maxSurge, replicas, Math.ceil) === 0
}

function count(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100)
}
