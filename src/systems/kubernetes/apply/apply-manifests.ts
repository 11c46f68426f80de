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
import { planOrder } from './plan-order.ts'
import { planTargets, placeObject, type Target } from './target.ts'

type Options = Parameters<Cluster['apply']>[1]

/**
 * Applies a set: what can be tried beforehand is tried first (all but objects whose definition or namespace comes with
 * the set), so that one invalid object means that nothing is applied.
 */
export async function applyManifests(
  connected: Connected,
  manifests: readonly Manifest[],
  options: Options,
): Promise<readonly AppliedObject[]> {
  const { client, discovery } = connected
  const { namespace, signal } = options
  const targets = await planTargets(manifests, namespace, discovery, signal)
  const planned = new Map<Target, PlannedChange>()
  const applied = new Map<Target, AppliedObject>()
  await planAll(targets.filter((each) => each.resource !== undefined))
  if (options.dryRun) {
    return targets.map((target) => {
      const { object, change } = planned.get(target) ?? { object: target.object, change: 'created' }
      return { object: withoutSecretValues(object), change }
    })
  }
  try {
    for (const wave of planOrder(targets)) await applyWave(wave)
  } catch (thrown) {
    signal.throwIfAborted()
    throw withProgress(toStagegateError(thrown), [...applied.values()], targets.length)
  }
  return targets.flatMap((target) => applied.get(target) ?? [])

  /** Dry runs; what waits for something of the set is left out and tried again in its wave. */
  async function planAll(tried: readonly Target[]): Promise<void> {
    const coming = comingNamespaces(targets)
    const settled = await settleConcurrently(tried, async (target) => {
      const resource = target.resource ?? (await discovery.require(target.object, signal))
      const object = placeObject(target.object, resource, namespace, target.source)
      planned.set(target, await planChange(client, { ...target, object }, resource, signal))
    })
    signal.throwIfAborted()
    const failures = settled.flatMap((result, index) => {
      const target = tried[index]
      if (result.status === 'fulfilled' || target === undefined) return []
      const error = toStagegateError(result.reason)
      const waits =
        error.code === 'E_NAMESPACE_MISSING' && coming.has(target.object.metadata.namespace ?? namespace)
      return waits ? [] : [{ error, target }]
    })
    if (failures.length > 0) throw refusalOf(failures, tried.length, applied.size)
  }

  async function applyWave(wave: readonly Target[]): Promise<void> {
    await planAll(wave.filter((target) => !planned.has(target)))
    const settled = await settleConcurrently(wave, async (target) => {
      const change = planned.get(target)
      if (change === undefined) throw new Error(`${target.title} was not planned`)
      const done = await applyChange(client, change, signal)
      applied.set(target, done)
      options.onApplied(done)
    })
    const failed = settled.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    await awaitDefinitions(
      connected,
      wave.map((each) => each.object),
      signal,
    )
  }
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
