import type { KubernetesObject } from '../cluster.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** A controller that writes a status does so within this time; where there is none, nothing is waited for. Milliseconds. */
const CONTROLLER_TIME = 5_000
/** What was ready before the change stays so until the controller sees it, where it does not say what it has seen. Milliseconds. */
const STALE_TIME = 3_000
/** An answer of before the change may still be there. Milliseconds. */
const STALLED_GRACE = 3_000

/**
 * A custom resource by the conventions of kstatus (sigs.k8s.io/cli-utils, "status"): the generation that was observed,
 * then the conditions Reconciling, Stalled and Ready. What has none of them is ready when it exists, once a controller
 * had the time to look at it; with `stagegate.dev/wait: ready` it has to say Ready.
 */
export function judgeCustomResource({ object, rules, hasStatus }: World): ObjectStatus {
  const { status, metadata } = object as CustomResource
  const generation = metadata.generation ?? 0
  const observed = toNumber(status?.observedGeneration)
  if (observed !== undefined && observed < generation)
    return waiting('waiting for its controller to see the change')
  const told: readonly Condition[] = Array.isArray(status?.conditions) ? status.conditions : []
  const conditions = told.filter((each) => (each.observedGeneration ?? generation) >= generation)
  const stalled = findCondition(conditions, 'Stalled')
  if (stalled?.status === 'True') {
    const { reason = 'Stalled', message: text = 'its controller has given up' } = stalled
    const symptom = { key: `${metadata.uid ?? ''}/stalled`, graceMs: STALLED_GRACE, reason, text }
    return waiting(`stalled: ${text}`, [symptom])
  }
  const reconciling = findCondition(conditions, 'Reconciling')
  if (reconciling?.status === 'True') return waiting(sayOf('reconciling', reconciling))
  const ready = findCondition(conditions, 'Ready')
  if (ready?.status === 'True') {
    const isSeen = observed !== undefined || ready.observedGeneration !== undefined
    return done('ready', isSeen ? 0 : STALE_TIME)
  }
  if (ready !== undefined) return waiting(sayOf('not ready', ready))
  if (rules.wait === 'ready') return waiting('does not say that it is ready')
  if (told.length > conditions.length) return waiting('waiting for its controller to see the change')
  return done('present', hasStatus && observed === undefined ? CONTROLLER_TIME : 0)
}

function sayOf(what: string, { reason, message }: Condition): string {
  return [what, reason, message].filter((each) => each !== undefined && each !== '').join(': ')
}

/** Argo Rollouts write it as text. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

interface CustomResource extends KubernetesObject {
  readonly status?: {
    readonly observedGeneration?: unknown
    readonly conditions?: readonly Condition[]
  }
}
