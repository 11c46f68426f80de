import type { KubernetesObject } from '../kubernetes-object.ts'
import { judgeApiService } from './api-service.ts'
import { judgeAutoscaler } from './autoscaler.ts'
import { judgeCustomResource } from './custom-resource.ts'
import { judgeDaemonSet } from './daemon-set.ts'
import { judgeDefinition } from './definition.ts'
import { judgeDeployment } from './deployment.ts'
import { CONTROLLER_TIME, currentConditions, isUnseen, mayBeStale, UNSEEN } from './freshness.ts'
import { groupKind, isCustom } from './groups.ts'
import { judgeIngress } from './ingress.ts'
import { isTrue, judgeJob } from './job.ts'
import { judgeNamespace } from './namespace.ts'
import { type Condition, isTerminating, type Pod } from './objects.ts'
import { judgeClaim } from './persistent-volume-claim.ts'
import { judgeBarePod } from './bare-pod.ts'
import { judgeReplicaSet } from './replica-set.ts'
import { fulfils, saysOfItself } from './rules/requirement.ts'
import { judgeService } from './service.ts'
import { judgeStatefulSet } from './stateful-set.ts'
import { done, type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/** Kinds whose status says more than that they exist; by group, for a kind of the same name may be another one. */
const judges: Readonly<Record<string, (world: World) => ObjectStatus>> = {
  'apps/Deployment': judgeDeployment,
  'apps/StatefulSet': judgeStatefulSet,
  'apps/DaemonSet': judgeDaemonSet,
  'apps/ReplicaSet': judgeReplicaSet,
  '/Pod': judgeBarePod,
  'batch/Job': judgeJob,
  '/PersistentVolumeClaim': judgeClaim,
  '/Service': judgeService,
  'networking.k8s.io/Ingress': judgeIngress,
  'autoscaling/HorizontalPodAutoscaler': judgeAutoscaler,
  'apiextensions.k8s.io/CustomResourceDefinition': judgeDefinition,
  'apiregistration.k8s.io/APIService': judgeApiService,
  '/Namespace': judgeNamespace,
}

/** Kinds that make pods: their pods and events are looked at. */
const makingPods = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  '/Pod',
  'batch/Job',
])

/** Which object was applied: what the apply answered. */
export interface Expected {
  readonly uid: string | undefined
  /** An older one than this is a stale answer. */
  readonly generation: number
}

export function makesPods(object: KubernetesObject): boolean {
  return makingPods.has(groupKind(object))
}

/**
 * The status of an object at one moment, by the function of its kind: of Kubernetes' own kinds those that are not listed
 * (ConfigMap, CronJob, PodDisruptionBudget, …) are ready when they exist; others are judged by the conventions of
 * kstatus. The object's own rules go before. Pure.
 */
export function judgeObject(world: World, expected: Expected): ObjectStatus {
  const { object, rules } = world
  const { metadata } = object
  if (rules.wait === 'skip') return done('not waited for')
  if (expected.uid !== undefined && metadata.uid !== expected.uid) {
    return waiting('made again', [
      certain(expected.uid, 'Replaced', 'it was deleted and made again by someone else'),
    ])
  }
  if ((metadata.generation ?? 0) < expected.generation) return waiting('waiting for the change to be seen')
  if (isTerminating(object) && !hasEnded(object)) {
    return waiting('being deleted', [
      certain(metadata.uid, 'Terminating', 'it is being deleted by someone else'),
    ])
  }
  if (rules.wait === 'present') return done('present')
  return withRequirements(world, judgeKind(world))
}

function judgeKind(world: World): ObjectStatus {
  const judge = judges[groupKind(world.object)]
  if (judge !== undefined) return judge(world)
  return isCustom(world.object) ? judgeCustomResource(world) : done('present')
}

/** It has come to its end, good or bad, and may go: a Job is removed by its ttl. */
function hasEnded(object: KubernetesObject): boolean {
  const kind = groupKind(object)
  return kind === 'batch/Job'
    ? isTrue(object, 'Complete') || isTrue(object, 'Failed')
    : kind === '/Pod' && (object as Pod).status?.phase === 'Succeeded'
}

/** What the object's annotations say instead of its kind. What a controller said of an earlier generation does not count. */
function withRequirements(world: World, status: ObjectStatus): ObjectStatus {
  const { rules } = world
  const { failedWhen, readyWhen } = rules
  if (failedWhen === undefined && readyWhen === undefined) return status
  if (isUnseen(world.object))
    return readyWhen === undefined ? status : { ...status, done: false, text: UNSEEN }
  const object = withConditions(world.object, currentConditions(world.object))
  const staleMs = mayBeStale(world) ? CONTROLLER_TIME : 0
  if (failedWhen !== undefined && fulfils(object, failedWhen)) {
    const text = `it says ${failedWhen.text}${prefixed(': ', saysOfItself(object))}`
    const symptom = { ...certain(object.metadata.uid, 'FailedWhen', text), graceMs: staleMs }
    return { ...status, done: false, text: failedWhen.text, symptoms: [symptom, ...status.symptoms] }
  }
  if (readyWhen === undefined) return status
  if (!fulfils(object, readyWhen)) return { ...status, done: false, text: `waiting for ${readyWhen.text}` }
  return { done: true, settleMs: staleMs, text: readyWhen.text, symptoms: [], pods: status.pods }
}

function withConditions(object: KubernetesObject, conditions: readonly Condition[]): KubernetesObject {
  const status = object.status as { readonly conditions?: unknown } | undefined
  return Array.isArray(status?.conditions) ? { ...object, status: { ...status, conditions } } : object
}

function certain(uid: string | undefined, reason: string, text: string): Symptom {
  return { key: `${uid ?? ''}/${reason}`, graceMs: 0, reason, text }
}

function prefixed(prefix: string, text: string | undefined): string {
  return text === undefined ? '' : `${prefix}${text}`
}
