import { creationGrace } from './creation.ts'
import { type Deployment, findCondition, isOwnedBy, type ReplicaSet } from './objects.ts'
import { judgePod, settleTime } from './pod.ts'
import type { Symptom, WorkloadStatus, World } from './status.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/**
 * A Deployment is done when all replicas are of the new template, available, and the old ones are gone, as
 * `kubectl rollout status` counts. Only the newest ReplicaSet's pods count as signs of failure.
 */
export function judgeDeployment(world: World): WorkloadStatus {
  const deployment = world.workload as Deployment
  const { spec = {}, status = {}, metadata } = deployment
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return { done: false, text: 'waiting for the controller to see the change', symptoms: [], pods: [] }
  }
  const wanted = spec.replicas ?? 1
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  const newest = world.replicaSets.find((each) => isNewest(each, deployment))
  const pods = world.pods.filter((pod) => isOwnedBy(pod, newest?.metadata.uid))
  const old = replicas - updatedReplicas
  if (updatedReplicas >= wanted && old <= 0 && availableReplicas >= wanted) {
    return {
      done: true,
      settleMs: settleTime(pods, world.baseline),
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
    ...judgeCreation(newest, old > 0),
    ...pods.flatMap((pod) => judgePod(pod, world.events, world.baseline)),
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
  // The condition of an earlier rollout stays until this one makes progress (kapp#1020).
  const isOld = baseline.exceeded.get(uid) === progressing?.lastUpdateTime
  if (progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded' && !isOld) {
    const text = progressing.message ?? 'no progress within progressDeadlineSeconds'
    symptoms.push({ key: `${uid}/deadline`, graceMs: 0, reason: progressing.reason, text })
  }
  return symptoms
}

function judgeCreation(newest: ReplicaSet | undefined, replaces: boolean): readonly Symptom[] {
  const failure = findCondition(newest?.status?.conditions, 'ReplicaFailure')
  if (failure?.status !== 'True' || newest === undefined) return []
  const { message = '', reason = 'FailedCreate' } = failure
  const key = `${newest.metadata.uid ?? ''}/create`
  return [{ key, graceMs: creationGrace(message, replaces), reason, text: message }]
}
