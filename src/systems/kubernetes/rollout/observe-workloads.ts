import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { type ApiResource, known } from '../discovery/api-resource.ts'
import { isJudged, takeBaseline } from '../status/judge-workload.ts'
import type { KubernetesEvent } from '../status/objects.ts'
import { scalingReasons } from '../status/pod.ts'
import type { Baseline } from '../status/status.ts'
import { type Observed, startObservation } from '../watch/observation.ts'
import type { ObjectStore } from '../watch/object-store.ts'
import type { ExpectedWorkload, Snapshot } from './judge-all.ts'

export interface ObservedWorkloads {
  readonly expected: readonly ExpectedWorkload[]
  snapshot(): Snapshot
  /** Resolves when everything was listed once. */
  listed(): Promise<void>
  next(milliseconds: number): Promise<void>
  close(): Promise<void>
}

/** Observes workloads and what belongs to them: one list and watch for each resource and namespace. */
export async function observeWorkloads(
  { client, discovery, clock }: Connected,
  objects: readonly KubernetesObject[],
  options: { readonly signal: AbortSignal; readonly onTrouble: (text: string) => void },
): Promise<ObservedWorkloads> {
  const observed = new Map<string, Observed>()
  for (const object of objects) {
    const { kind } = object
    const { namespace } = object.metadata
    if (!isJudged(kind) || namespace === undefined) {
      throw new StagegateError('E_INTERNAL', { message: `The rollout of a ${kind} cannot be watched.` })
    }
    const resource = await discovery.require(object, options.signal)
    add(resource, namespace, true)
    if (kind === 'Deployment') add(known.replicaSets, namespace, false)
    add(known.pods, namespace, false)
    add(known.events, namespace, false)
  }
  const all = [...observed.values()]
  const observation = startObservation(all, { client, clock, ...options })
  let baseline: Baseline | undefined

  function add(resource: ApiResource, namespace: string, required: boolean): void {
    const key = `${resource.group}/${resource.plural}/${namespace}`
    observed.set(key, { selection: { resource, namespace }, required })
  }

  function valuesOf(matches: (resource: ApiResource) => boolean): readonly KubernetesObject[] {
    return all.flatMap(({ selection }, index) => {
      const store: ObjectStore | undefined = observation.stores[index]
      return store !== undefined && matches(selection.resource) ? store.values() : []
    })
  }

  function read(): Omit<Snapshot, 'baseline'> {
    return {
      workloads: valuesOf(({ kind }) => isJudged(kind)),
      replicaSets: valuesOf(({ kind }) => kind === 'ReplicaSet'),
      pods: valuesOf(({ kind }) => kind === 'Pod'),
      events: valuesOf(({ kind }) => kind === 'Event').filter(isTelling),
    }
  }

  return {
    expected: objects.map((object) => ({
      object,
      uid: object.metadata.uid,
      generation: object.metadata.generation ?? 0,
    })),
    snapshot() {
      const now = read()
      baseline ??= takeBaseline(now)
      return { ...now, baseline }
    },
    listed: () => observation.listed(),
    next: (milliseconds) => observation.next(milliseconds),
    close: () => observation.close(),
  }
}

/** Events that say something about a failure; `Scheduled`, `Pulled`, `Created` and the like do not. */
function isTelling(object: KubernetesObject): boolean {
  const { type, reason } = object as KubernetesEvent
  return type !== 'Normal' || scalingReasons.includes(reason ?? '')
}
