import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Connected } from '../connected.ts'
import type { ApiResource } from '../discovery/api-resource.ts'
import { takeBaseline } from '../status/baseline.ts'
import type { KubernetesEvent } from '../status/objects.ts'
import { consumerReasons } from '../status/persistent-volume-claim.ts'
import { noScalingReason, scalingReasons } from '../status/scheduling.ts'
import type { Baseline } from '../status/status.ts'
import { startObservation } from '../watch/observation.ts'
import { writtenAt } from '../write-time.ts'
import type { ExpectedObject, Snapshot } from './judge-all.ts'
import { type Applied, isDoneWhenApplied, planObservation } from './plan-observation.ts'

export interface ObservedWorkloads {
  /** Those that are watched; of the others the apply has said all. */
  expected(): readonly ExpectedObject[]
  snapshot(): Snapshot
  /** For how long the server has not answered, in milliseconds; 0 while it does. */
  awayFor(): number
  /** Resolves when everything was listed once. */
  listed(): Promise<void>
  next(milliseconds: number): Promise<void>
  /** Lists everything anew; false when the server does not answer. */
  confirm(): Promise<boolean>
  close(): Promise<void>
}

/** Observes objects and what belongs to them: one list and watch for each resource and namespace. */
export async function observeWorkloads(
  { client, discovery, clock }: Connected,
  objects: readonly KubernetesObject[],
  options: { readonly signal: AbortSignal; readonly onTrouble: (text: string) => void },
): Promise<ObservedWorkloads> {
  const found = await Promise.all(
    objects.map(async (object) => ({ object, resource: await discovery.require(object, options.signal) })),
  )
  const applied = found.filter((each) => !isDoneWhenApplied(each))
  const homeless = applied.find(
    ({ object, resource }) => resource.namespaced && object.metadata.namespace === undefined,
  )
  if (homeless !== undefined) {
    throw new StagegateError('E_INTERNAL', {
      message: `The namespace of ${homeless.object.kind} ${homeless.object.metadata.name} is not known.`,
    })
  }
  const all = planObservation(applied)
  const observation = startObservation(all, { client, clock, ...options })
  const since = objects
    .map(writtenAt)
    .filter((time) => time !== undefined)
    .sort()[0]
  let baseline: Baseline | undefined

  function valuesOf(matches: (resource: ApiResource) => boolean): readonly KubernetesObject[] {
    return observation.stores.flatMap((store, index) => {
      const resource = all[index]?.selection.resource
      return resource !== undefined && matches(resource) ? store.values() : []
    })
  }

  function isUnseen({ object, resource }: Applied): boolean {
    return all.some(
      ({ selection }, index) =>
        isSame(selection.resource, resource) &&
        selection.namespace === (object.metadata.namespace ?? '') &&
        observation.forbidden.has(index),
    )
  }

  function read(): Omit<Snapshot, 'baseline'> {
    const resources = applied.map(({ resource }) => resource)
    return {
      objects: valuesOf((resource) => resources.some((each) => isSame(each, resource))),
      replicaSets: valuesOf(({ kind, group }) => kind === 'ReplicaSet' && group === 'apps'),
      pods: valuesOf(({ kind, group }) => kind === 'Pod' && group === ''),
      events: valuesOf(({ kind, group }) => kind === 'Event' && group === '').filter(isTellingEvent),
      storageClasses: valuesOf(({ kind }) => kind === 'StorageClass'),
      gone: observation.stores.flatMap((store) => store.gone()),
    }
  }

  return {
    expected: () =>
      applied.map((each) => ({
        object: each.object,
        uid: each.object.metadata.uid,
        generation: each.object.metadata.generation ?? 0,
        hasStatus: each.resource.hasStatus ?? false,
        writtenAt: writtenAt(each.object),
        unseen: isUnseen(each),
      })),
    snapshot() {
      const now = read()
      baseline ??= takeBaseline(now, {
        ...(since === undefined ? {} : { since }),
        now: clock.now().getTime(),
      })
      return { ...now, baseline }
    },
    awayFor: () => observation.awayFor(),
    listed: () => observation.listed(),
    next: (milliseconds) => observation.next(milliseconds),
    confirm: () => observation.confirm(),
    close: () => observation.close(),
  }
}

function isSame(one: ApiResource, other: ApiResource): boolean {
  return one.group === other.group && one.plural === other.plural
}

/** Normal events that a status is judged from. */
const telling: readonly string[] = [
  ...scalingReasons,
  noScalingReason,
  ...consumerReasons,
  'FailedBinding',
  'Completed',
]

/** Events that say something about a failure; `Scheduled`, `Pulled`, `Created` and the like do not. */
export function isTellingEvent(object: KubernetesObject): boolean {
  const { type, reason } = object as KubernetesEvent
  return type !== 'Normal' || telling.includes(reason ?? '')
}
