import { toStagegateError } from '../../../errors/index.ts'
import type { AppliedObject, Cluster, Manifest } from '../cluster.ts'
import { settleConcurrently } from '../concurrency.ts'
import type { Connected } from '../connected.ts'
import { applyChange, withoutSecretValues } from './apply-change.ts'
import { createAutoscalers } from './autoscaling/autoscalers.ts'
import { awaitDefinitions } from './await-definitions.ts'
import { refusalOf, withProgress } from './failures.ts'
import { planOrder, type Step } from './order/plan-order.ts'
import { runInOrder } from './order/run-in-order.ts'
import { planChange, type PlannedChange } from './plan-change.ts'
import { placeObject, planTargets, type Target } from './target.ts'

type Options = Parameters<Cluster['apply']>[1]

/** Requests in flight at the same time: the API server's fairness allows a client some more. */
const IN_FLIGHT = 16

/**
 * Applies a set. All objects are tried by a dry run first, so that one invalid object means that nothing is applied;
 * only those whose definition comes with the set are tried when it is served, before anything but definitions and
 * namespaces was applied. Then each object is applied as soon as what it needs is.
 */
export async function applyManifests(
  connected: Connected,
  manifests: readonly Manifest[],
  options: Options,
): Promise<readonly AppliedObject[]> {
  const { client, discovery } = connected
  const { namespace, signal } = options
  const targets = [...(await planTargets(manifests, namespace, discovery, signal))]
  planOrder(targets, namespace)
  const set = targets.map((target) => target.object)
  const autoscalers = createAutoscalers(client, set, namespace)
  const planned = new Map<number, PlannedChange>()
  const applied = new Map<number, AppliedObject>()
  const positions = targets.map((_target, index) => index)
  await planAll(positions.filter((index) => targets[index]?.resource !== undefined))
  if (options.dryRun) {
    return targets.map((target, index) => {
      const { object, change, diff } = planned.get(index) ?? { ...target, change: 'created', diff: [] }
      return { object: withoutSecretValues(object), change, diff }
    })
  }
  try {
    const first = positions.filter((index) => isFoundation(targets[index]))
    await applyAll(first.map((item) => ({ item, needs: [] })))
    await awaitDefinitions(
      connected,
      first.flatMap((index) => targets[index]?.object ?? []),
      signal,
    )
    await planAll(positions.filter((index) => !planned.has(index)))
    await applyAll(planOrder(targets, namespace).map(withPosition))
  } catch (thrown) {
    signal.throwIfAborted()
    throw withProgress(toStagegateError(thrown), [...applied.values()], targets.length)
  }
  return positions.flatMap((index) => applied.get(index) ?? [])

  /** Dry runs; what waits for a namespace of the set is left out and tried again when it is there. */
  async function planAll(tried: readonly number[]): Promise<void> {
    const coming = comingNamespaces(targets)
    const settled = await settleConcurrently(tried, planOne, IN_FLIGHT)
    signal.throwIfAborted()
    const failures = settled.flatMap((result, at) => {
      const target = targets[tried[at] ?? -1]
      if (result.status === 'fulfilled' || target === undefined) return []
      const error = toStagegateError(result.reason)
      const waits =
        error.code === 'E_NAMESPACE_MISSING' && coming.has(target.object.metadata.namespace ?? namespace)
      return waits ? [] : [{ error, target }]
    })
    if (failures.length > 0) throw refusalOf(failures, tried.length, applied.size)
  }

  async function planOne(index: number): Promise<void> {
    const target = targets[index]
    if (target === undefined) return
    const resource = target.resource ?? (await discovery.require(target.object, signal))
    const object = placeObject(target.object, resource, namespace, target.source)
    const placed = { ...target, object, resource }
    targets[index] = placed
    planned.set(index, await planChange({ client, autoscalers, signal }, placed, resource))
  }

  async function applyAll(steps: readonly Step<number>[]): Promise<void> {
    const [failure] = await runInOrder(steps, applyOne, { limit: IN_FLIGHT, signal })
    signal.throwIfAborted()
    if (failure !== undefined) throw toStagegateError(failure)
  }

  async function applyOne(index: number): Promise<void> {
    const change = planned.get(index)
    if (change === undefined || applied.has(index)) return
    const done = await applyChange(connected, change, signal)
    applied.set(index, done)
    options.onApplied(done)
  }
}

/** The steps of objects stand where their objects do. */
function withPosition({ item, needs }: Step<Target>, position: number): Step<number> {
  return { item: item === undefined ? undefined : position, needs }
}

/** What makes the server serve others: applied before all, and waited for. */
function isFoundation(target: Target | undefined): boolean {
  return target !== undefined && ['Namespace', 'CustomResourceDefinition'].includes(target.object.kind)
}

function comingNamespaces(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(
    targets.filter((each) => each.object.kind === 'Namespace').map((each) => each.object.metadata.name),
  )
}
