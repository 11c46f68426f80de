import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { AppliedObject, Cluster, KubernetesObject, Manifest } from '../cluster.ts'
import type { ApiClient } from '../client/api-client.ts'
import { settleConcurrently } from '../concurrency.ts'
import type { Connected } from '../connected.ts'
import { isSecret } from '../object-id.ts'
import { withoutFields } from '../without-fields.ts'
import { awaitDefinitions } from './await-definitions.ts'
import { patchObject } from './patch-object.ts'
import { conflictError, planChange, type PlannedChange } from './plan-change.ts'
import { planOrder, type Step } from './order/plan-order.ts'
import { runInOrder } from './order/run-in-order.ts'
import { planTargets, placeObject, type Target } from './target.ts'

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
  const planned = new Map<number, PlannedChange>()
  const applied = new Map<number, AppliedObject>()
  const positions = targets.map((_target, index) => index)
  await planAll(positions.filter((index) => targets[index]?.resource !== undefined))
  if (options.dryRun) {
    return targets.map((target, index) => {
      const { object, change } = planned.get(index) ?? { object: target.object, change: 'created' }
      return { object: withoutSecretValues(object), change }
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
    planned.set(index, await planChange(client, placed, resource, signal))
  }

  async function applyAll(steps: readonly Step<number>[]): Promise<void> {
    const [failure] = await runInOrder(steps, applyOne, { limit: IN_FLIGHT, signal })
    signal.throwIfAborted()
    if (failure !== undefined) throw toStagegateError(failure)
  }

  async function applyOne(index: number): Promise<void> {
    const change = planned.get(index)
    if (change === undefined || applied.has(index)) return
    const done = await applyChange(client, change, signal)
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

async function applyChange(
  client: ApiClient,
  { target, resource, change, object, force }: PlannedChange,
  signal: AbortSignal,
): Promise<AppliedObject> {
  if (change === 'unchanged') return { object: withoutSecretValues(object), change }
  const sent = placeObject(target.object, resource, object.metadata.namespace ?? '', target.source)
  const result = await patchObject(client, resource, sent, { dryRun: false, force, signal })
  if ('conflicts' in result) throw conflictError(target.title, result.conflicts)
  return { object: withoutSecretValues(result.object), change }
}

function comingNamespaces(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(
    targets.filter((each) => each.object.kind === 'Namespace').map((each) => each.object.metadata.name),
  )
}

/** What the dry runs refused, all of it, as one error. */
function refusalOf(
  failures: readonly { readonly error: StagegateError; readonly target: Target }[],
  tried: number,
  applied: number,
): StagegateError {
  const [first] = failures
  if (first === undefined) throw new Error('no failure')
  return new StagegateError(first.error.code, {
    message:
      failures.length === 1
        ? `${first.target.source}: ${first.error.message}`
        : `${failures.length} of ${tried} objects are refused by the server.`,
    evidence: failures.flatMap(({ error, target }) => [
      ...(failures.length === 1 ? [] : [`${target.source}: ${error.message}`]),
      ...error.evidence.map((line) => `${target.source}: ${line}`),
    ]),
    next: first.error.next,
    ...(applied === 0 ? { state: 'Nothing was applied.' } : {}),
  })
}

function withProgress(error: StagegateError, applied: readonly AppliedObject[], all: number): StagegateError {
  if (error.state !== undefined) return error
  const changed = applied.filter((each) => each.change !== 'unchanged')
  return error.with({
    state: `${applied.length} of ${all} objects are in place, ${changed.length} of them were changed.`,
    evidence: changed.map(({ object, change }) => `${change}: ${object.kind} ${object.metadata.name}`),
  })
}

function withoutSecretValues(object: KubernetesObject): KubernetesObject {
  return isSecret(object) ? (withoutFields(object, ['data', 'stringData']) as KubernetesObject) : object
}
