import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { AppliedObject, WrittenObject } from '../applied-object.ts'
import type { Cluster } from '../cluster.ts'
import type { Manifest } from '../manifest-set.ts'
import { isAmbiguous } from '../client/api-error.ts'
import { settleConcurrently } from '../concurrency.ts'
import type { Connected } from '../connected.ts'
import { applyChange, type Reached, withoutSecretValues } from './apply-change.ts'
import { createLiveObjects } from './live-objects.ts'
import { createAutoscalers } from './autoscaling/autoscalers.ts'
import { awaitDefinitions } from './await-definitions.ts'
import { type Failed, failureOf, leftBy, outageOf, refusalOf, withProgress } from './failures.ts'
import { foretellRenewed, outlastRenewal, RENEWAL_MS } from './outlast-renewal.ts'
import { planOrder, type Step } from './order/plan-order.ts'
import { runInOrder } from './order/run-in-order.ts'
import { planChange, type PlannedChange } from './plan-change.ts'
import { stopTogether } from './stop-together.ts'
import { planTargets, type Target } from './target.ts'

type Options = Parameters<Cluster['apply']>[1]

/** Requests in flight at the same time; the API server's fairness allows a client some more. */
const IN_FLIGHT = 16

/**
 * Applies a set. All objects that may change are tried by a dry run first, so that one invalid object means that nothing
 * is applied; only those whose definition comes or changes with the set are tried when it is served, before anything but
 * definitions and namespaces was applied. Then each object is applied as soon as what it needs is.
 */
export async function applyManifests(
  connected: Connected,
  manifests: readonly Manifest[],
  options: Options,
): Promise<readonly AppliedObject[]> {
  const { client, discovery, clock } = connected
  const { namespace } = options
  const together = stopTogether(options.signal)
  const { signal } = together
  const targets = await planTargets(manifests, namespace, discovery, signal)
  planOrder(targets, namespace)
  const set = targets.map((target) => target.object)
  const autoscalers = createAutoscalers(client, set, namespace)
  const live = createLiveObjects(client, targets, signal)
  const planned = new Map<number, PlannedChange>()
  const applied = new Map<number, AppliedObject>()
  /** What failed and is no longer, or may not be, as before. */
  const left: WrittenObject[] = []
  const positions = targets.map((_target, index) => index)
  const definitions = new Map(
    positions.filter((index) => isDefinition(targets[index])).map((index) => [nameOf(targets[index]), index]),
  )
  const needed = new Set(targets.map((target) => definitions.get(target.definition)))
  let renewedUntil = 0
  // Definitions before all: whether one differs decides whether what it defines can be tried as the cluster is now.
  await planAll(
    () => positions.filter((index) => needed.has(index)),
    () => positions.filter((index) => !needed.has(index) && isTriable(targets[index])),
  )
  if (options.dryRun) {
    await planAll(() => positions.filter((index) => isServedAsBefore(targets[index])))
    return targets.map((target, index) => {
      const { object, change, diff } = planned.get(index) ?? { ...target, change: 'created', diff: [] }
      return { object: withoutSecretValues(object), change, diff }
    })
  }
  try {
    const first = positions.filter((index) => isFoundation(targets[index]))
    await applyAll(first.map((item) => ({ item, needs: [] })))
    const awaited = first.filter((index) => planned.get(index)?.change !== 'unchanged' || !isServed(index))
    await awaitDefinitions(
      connected,
      awaited.flatMap((index) => targets[index]?.object ?? []),
      signal,
    )
    renewedUntil = clock.monotonic() + RENEWAL_MS
    await planAll(() => positions.filter((index) => !planned.has(index)))
    await applyAll(planOrder(targets, namespace).map(withPosition))
  } catch (thrown) {
    const reason: unknown = options.signal.aborted ? options.signal.reason : thrown
    // A signal's reason that is no error of ours is its owner's business.
    if (options.signal.aborted && !(reason instanceof StagegateError)) throw reason
    throw withProgress(toStagegateError(reason), [...applied.values(), ...left], targets.length)
  }
  return positions.flatMap((index) => applied.get(index) ?? [])

  /** Dry runs, one batch after the other; what they refuse is told of all together. */
  async function planAll(...batches: readonly (() => readonly number[])[]): Promise<void> {
    const failures: Failed[] = []
    let tried = 0
    for (const batch of batches) {
      if (together.stoppedBy() !== undefined) break
      const indices = batch()
      tried += indices.length
      failures.push(...(await planBatch(indices)))
    }
    const nothing = applied.size === 0
    const stopped = together.stoppedBy()
    if (stopped !== undefined) throw outageOf(toStagegateError(stopped), failures, nothing)
    if (failures.length > 0) throw refusalOf(failures, tried, nothing)
  }

  /** What waits for a namespace of the set is left out and tried again when it is there. */
  async function planBatch(tried: readonly number[]): Promise<readonly Failed[]> {
    const coming = comingNamespaces(targets)
    const settled = await settleConcurrently(tried, (index) => together.run(() => planOne(index)), IN_FLIGHT)
    options.signal.throwIfAborted()
    return settled.flatMap((result, at) => {
      const target = targets[tried[at] ?? -1]
      if (result.status === 'fulfilled' || target === undefined) return []
      const error = toStagegateError(result.reason)
      const waits =
        error.code === 'E_NAMESPACE_MISSING' && coming.has(target.object.metadata.namespace ?? namespace)
      return waits ? [] : [{ error, target }]
    })
  }

  async function planOne(index: number): Promise<void> {
    const target = targets[index]
    if (target === undefined) return
    const renewed = isRenewed(target)
    const looks = renewed ? undefined : live
    const plan = (): Promise<PlannedChange> => planChange({ client, autoscalers, looks, signal }, target)
    const change = !renewed
      ? await plan()
      : options.dryRun
        ? await foretellRenewed({ client, signal }, target, plan)
        : await outlastRenewal(clock, renewedUntil, plan, signal)
    // What the object would be is no longer needed once it is to be written: of a large set that is much.
    const isKept = options.dryRun || change.change === 'unchanged'
    planned.set(index, isKept ? change : { ...change, object: change.sent })
  }

  /** Whether its definition comes or changes with the set. */
  function isRenewed({ definition }: Target): boolean {
    const index = definitions.get(definition)
    return index !== undefined && planned.get(index)?.change !== 'unchanged'
  }

  function isServedAsBefore(target: Target | undefined): boolean {
    return target?.served === true && isRenewed(target)
  }

  function isTriable(target: Target | undefined): boolean {
    return target?.served === true && !isRenewed(target)
  }

  /** Whether all that a definition of the set defines, as far as the set has it, is served. */
  function isServed(index: number): boolean {
    return targets.every((target) => target.served || definitions.get(target.definition) !== index)
  }

  async function applyAll(steps: readonly Step<number>[]): Promise<void> {
    const run = (index: number): Promise<void> => together.run(() => applyOne(index))
    const failures = await runInOrder(steps, run, { limit: IN_FLIGHT, signal })
    options.signal.throwIfAborted()
    if (failures.length > 0) throw failureOf(failures)
  }

  async function applyOne(index: number): Promise<void> {
    const change = planned.get(index)
    if (change === undefined || applied.has(index)) return
    let reached: Reached | undefined
    try {
      const apply = (): Promise<AppliedObject> =>
        applyChange(connected, change, signal, (now) => {
          reached = now
        })
      const end = clock.monotonic() + RENEWAL_MS
      const done = await (isRenewed(change.target) ? outlastRenewal(clock, end, apply, signal) : apply())
      applied.set(index, done)
      options.onApplied(done)
    } catch (thrown) {
      const state = leftBy(reached, change.change, signal.aborted || isAmbiguous(thrown))
      if (state !== undefined) {
        const written = { object: withoutSecretValues(change.sent), change: state, diff: [] }
        left.push(written)
        options.onApplied(written)
      }
      throw thrown
    }
  }
}

/** The steps of objects stand where their objects do. */
function withPosition({ item, needs }: Step<Target>, position: number): Step<number> {
  return { item: item === undefined ? undefined : position, needs }
}

function isDefinition(target: Target | undefined): boolean {
  return target?.object.kind === 'CustomResourceDefinition'
}

function nameOf(target: Target | undefined): string | undefined {
  return target?.object.metadata.name
}

/** What makes the server serve others: applied before all, and waited for. */
function isFoundation(target: Target | undefined): boolean {
  return isDefinition(target) || target?.object.kind === 'Namespace'
}

function comingNamespaces(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(
    targets.filter((each) => each.object.kind === 'Namespace').map((each) => each.object.metadata.name),
  )
}
