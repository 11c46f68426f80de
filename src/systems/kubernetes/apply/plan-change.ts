import { isDeepStrictEqual } from 'node:util'
import { StagegateError } from '../../../errors/index.ts'
import type { AppliedObject } from '../applied-object.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { ApiResource } from '../discovery/api-resource.ts'
import { withoutFields } from '../without-fields.ts'
import type { Autoscalers } from './autoscaling/autoscalers.ts'
import { isAutoscaled, isScalable, leaveReplicas } from './autoscaling/leave-replicas.ts'
import { isUnchanged } from './compare-objects.ts'
import { conflictError } from './conflict-error.ts'
import { diffObjects } from './diff/diff-objects.ts'
import { explainImmutable, isRecreatable } from './immutable.ts'
import { withoutManagers } from './ownership/fields.ts'
import { takeOverClientSide } from './ownership/take-over.ts'
import { withoutReleased } from './ownership/without-released.ts'
import { isClientSideOnly } from './parse-conflicts.ts'
import { patchObject } from './patch-object.ts'
import { objectId } from '../object-id.ts'
import { readObject } from './read-object.ts'
import type { LiveObjects } from './live-objects.ts'
import type { Target } from './target.ts'
import { stripEnd } from '../../../text/strip-end.ts'

/** What applying a target will do. */
export interface PlannedChange {
  readonly target: Target
  readonly resource: ApiResource
  readonly change: AppliedObject['change']
  /** The manifest as it is to be sent: without what is left to an autoscaler. */
  readonly sent: KubernetesObject
  /** As it is now, or would be; without its managed fields. */
  readonly object: KubernetesObject
  readonly diff: readonly string[]
  /** Whether more than metadata changes: only then does a controller have something to do. */
  readonly asksAnew: boolean
  /** What a client-side apply owns has to become ours first. */
  readonly takeOver: boolean
}

interface Context {
  readonly client: ApiClient
  readonly autoscalers: Autoscalers
  /** Undefined where the kind's definition has changed: what is certain by the one of before may not be by the new one. */
  readonly looks: LiveObjects | undefined
  readonly signal: AbortSignal
}

/** How often a dry run is done again that met another writer. */
const MAX_AGAIN = 3

/**
 * What applying a target would do, without doing it. The server is asked, by a dry run, unless the object as it is proves
 * that nothing changes.
 *
 * @throws StagegateError E_FIELD_CONFLICT, E_MANIFEST_INVALID, E_IMMUTABLE_FIELD and what `toApiError` knows
 */
export async function planChange(
  { client, autoscalers, looks, signal }: Context,
  target: Target,
): Promise<PlannedChange> {
  const { title, resource } = target
  let sent = target.object
  let again = 0
  const looked = await looks?.look(target)
  let live = looked?.live
  if (live !== undefined && looked?.unchanged === true) return concluded('unchanged', live)
  if (isScalable(sent) && (await autoscalers.scales(sent, sent.metadata.namespace ?? '', signal))) {
    live ??= await readLive()
    if (live !== undefined) sent = leaveReplicas(sent, live)
  }
  return plan()

  async function plan(): Promise<PlannedChange> {
    let tried: Awaited<ReturnType<typeof tryPatch>>
    try {
      tried = await tryPatch(false)
    } catch (thrown) {
      if (!(thrown instanceof StagegateError) || thrown.code !== 'E_IMMUTABLE_FIELD') throw thrown
      if (!isRecreatable(sent)) throw explainImmutable(sent, thrown)
      return planRecreation()
    }
    if ('conflicts' in tried) {
      if (isAutoscaled(tried.conflicts)) {
        sent = leaveReplicas(sent, (await readLive()) ?? sent)
        tried = await tryPatch(false)
      } else if (isClientSideOnly(tried.conflicts)) tried = await tryPatch(true)
    }
    if ('conflicts' in tried) throw conflictError(title, tried.conflicts)
    const { object, created } = tried
    if (created) return concluded('created', object)
    // What was seen before the dry run counts only if nobody has written since.
    if (live?.metadata.resourceVersion !== object.metadata.resourceVersion) live = await readLive()
    if (live === undefined) return concluded('created', object)
    refuseVanishing(live)
    if (takeOverClientSide(live) !== undefined) {
      const now = live
      // Where not even a stand-in is accepted (a fixed port that is in use), no default is known: all stays as it is.
      const fresh = await tryAnew().catch(() => now)
      const left = withoutReleased(object, live, fresh)
      return { ...concluded('changed', left), takeOver: true }
    }
    if (isUnchanged(live, object)) return concluded('unchanged', live)
    if (live.metadata.resourceVersion !== object.metadata.resourceVersion && again < MAX_AGAIN) {
      // A controller wrote between the dry run and the look: what is its work would be taken for the manifest's.
      again += 1
      live = undefined
      return plan()
    }
    return concluded('changed', object)
  }

  async function planRecreation(): Promise<PlannedChange> {
    live ??= await readLive()
    try {
      return concluded('recreated', await tryAnew())
    } catch (thrown) {
      // A Job counts as one in a quota, and its deletion makes that place free.
      if (!(thrown instanceof StagegateError) || thrown.code !== 'E_QUOTA') throw thrown
      return concluded('recreated', sent)
    }
  }

  /** A dry run under another name tells what the manifest makes where there is nothing yet. */
  async function tryAnew(): Promise<KubernetesObject> {
    // eslint-disable-next-line local/no-bare-cut -- a name that the manifest gives
    const begin = stripEnd(sent.metadata.name.slice(0, 45), '-.')
    const name = `${begin}-stagegate-dry-run`
    const stand = { ...sent, metadata: { ...sent.metadata, name } }
    const tried = await patchObject(client, resource, stand, { dryRun: true, force: false, signal })
    if ('conflicts' in tried) throw conflictError(title, tried.conflicts)
    const { object } = tried
    return { ...object, metadata: { ...object.metadata, name: sent.metadata.name } }
  }

  function concluded(change: PlannedChange['change'], object: KubernetesObject): PlannedChange {
    const differs = change === 'changed' || change === 'recreated'
    const diff = differs && live !== undefined ? diffObjects(live, object, target.hidden) : []
    const asksAnew =
      change !== 'unchanged' && !(change === 'changed' && live !== undefined && asksTheSame(live, object))
    return {
      target,
      resource,
      change,
      sent,
      object: withoutManagers(object),
      diff,
      asksAnew,
      takeOver: false,
    }
  }

  function readLive(): Promise<KubernetesObject | undefined> {
    return readObject(client, resource, objectId(sent), signal)
  }

  function tryPatch(force: boolean): ReturnType<typeof patchObject> {
    return patchObject(client, resource, sent, { dryRun: true, force, signal })
  }

  function refuseVanishing({ metadata }: KubernetesObject): void {
    const since = metadata.deletionTimestamp
    if (typeof since !== 'string') return
    throw new StagegateError('E_KUBE_CONFLICT', {
      message: `${title} is being deleted since ${since}.`,
      next: 'Wait until it is gone (its finalizers say who holds it), then rerun.',
    })
  }
}

function asksTheSame(one: KubernetesObject, other: KubernetesObject): boolean {
  const ignored = ['metadata', 'status']
  return isDeepStrictEqual(withoutFields(one, ignored), withoutFields(other, ignored))
}
