import type { KubernetesObject } from '../kubernetes-object.ts'
import { type ApiResource, known } from '../discovery/api-resource.ts'
import { noBaseline } from '../status/baseline.ts'
import { groupKind } from '../status/groups.ts'
import { judgeObject, makesPods } from '../status/judge-object.ts'
import { readRules } from '../status/rules/rules.ts'
import type { Observed } from '../watch/observation.ts'
import { writtenAt } from '../write-time.ts'

/** What is known of an object when it has been applied. */
export interface Applied {
  readonly object: KubernetesObject
  readonly resource: ApiResource
}

/**
 * Whether the answer to its apply says all that is waited for: that it exists, that it has its address. Objects that make
 * pods are always looked at. Pure.
 */
export function isDoneWhenApplied({ object, resource }: Applied): boolean {
  const { rules } = readRules(object)
  if (rules.wait === 'skip' || rules.wait === 'present') return true
  if (makesPods(object)) return false
  const { uid, generation = 0 } = object.metadata
  const alone = { replicaSets: [], pods: [], events: [], storageClasses: [], baseline: noBaseline }
  const hasStatus = resource.hasStatus ?? false
  const world = { ...alone, object, rules, hasStatus, writtenAt: writtenAt(object) }
  const status = judgeObject(world, { uid, generation })
  return status.done && (status.settleMs ?? 0) === 0
}

/**
 * What is listed and watched for some objects: one selection for each resource and namespace, a selection by name for what
 * has no namespace. Without the right to see pods, ReplicaSets and events causes are seen later or not at all; without
 * the right to see the workloads themselves nothing can be judged. Pure.
 */
export function planObservation(all: readonly Applied[]): readonly Observed[] {
  const observed = new Map<string, Observed>()
  for (const { object, resource: applied } of all) {
    const resource = telling(applied)
    const { namespace = '', name } = object.metadata
    const fieldSelector = resource.namespaced ? undefined : `metadata.name=${name}`
    add(resource, namespace, makesPods(object), fieldSelector)
    const kind = groupKind(object)
    if (makesPods(object) || kind === '/PersistentVolumeClaim') add(known.events, namespace, false)
    if (makesPods(object) && kind !== '/Pod') add(known.pods, namespace, false)
    if (kind === 'apps/Deployment') add(known.replicaSets, namespace, false)
    if (kind === '/PersistentVolumeClaim') add(known.storageClasses, '', false)
  }
  return [...observed.values()]

  function add(resource: ApiResource, namespace: string, required: boolean, fieldSelector?: string): void {
    const key = [resource.group, resource.plural, namespace, fieldSelector].join('/')
    const selection = { resource, namespace, ...(fieldSelector === undefined ? {} : { fieldSelector }) }
    const remembers = resource.group === 'batch' && resource.kind === 'Job'
    observed.set(key, { selection, required: required || observed.get(key)?.required === true, remembers })
  }
}

/** The first version of autoscalers has no conditions; both versions are of the same objects. */
function telling(resource: ApiResource): ApiResource {
  const { group, kind, version } = resource
  const isFirst = group === 'autoscaling' && kind === 'HorizontalPodAutoscaler' && version === 'v1'
  return isFirst ? { ...resource, version: 'v2' } : resource
}
