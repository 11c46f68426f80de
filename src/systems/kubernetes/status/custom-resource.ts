import {
  CONTROLLER_TIME,
  currentConditions,
  isUnseen,
  mayBeStale,
  observedGeneration,
  UNSEEN,
} from './freshness.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** An answer of before the change may still be there. Milliseconds. */
const STALLED_GRACE = 3_000

/**
 * A custom resource by the conventions of kstatus (sigs.k8s.io/cli-utils, "status"): the generation that was observed,
 * then the conditions Reconciling, Stalled and Ready. What has none of them is ready when it exists, once a controller
 * had the time to look at it; with `stagegate.dev/wait: ready` it has to say Ready.
 */
export function judgeCustomResource(world: World): ObjectStatus {
  const { object, rules, hasStatus, writtenAt } = world
  if (isUnseen(object)) return waiting(UNSEEN)
  const conditions = currentConditions(object)
  const stalled = findCondition(conditions, 'Stalled')
  if (stalled?.status === 'True') {
    const { reason = 'Stalled', message: text = 'its controller has given up' } = stalled
    const symptom = { key: `${object.metadata.uid ?? ''}/stalled`, graceMs: STALLED_GRACE, reason, text }
    return waiting(`stalled: ${text}`, [symptom])
  }
  const reconciling = findCondition(conditions, 'Reconciling')
  if (reconciling?.status === 'True') return waiting(sayOf('reconciling', reconciling))
  const ready = findCondition(conditions, 'Ready')
  if (ready?.status === 'True') return done('ready', mayBeStale(world, ready) ? CONTROLLER_TIME : 0)
  if (ready !== undefined) return waiting(sayOf('not ready', ready))
  if (rules.wait === 'ready') return waiting('does not say that it is ready')
  if (hasOlderConditions(object.status, conditions.length)) return waiting(UNSEEN)
  const isLookedAt = !hasStatus || writtenAt === undefined || observedGeneration(object) !== undefined
  return done('present', isLookedAt ? 0 : CONTROLLER_TIME)
}

function hasOlderConditions(status: unknown, current: number): boolean {
  const { conditions } = (status ?? {}) as { readonly conditions?: unknown }
  return Array.isArray(conditions) && conditions.length > current
}

function sayOf(what: string, { reason, message }: Condition): string {
  return [what, reason, message].filter((each) => each !== undefined && each !== '').join(': ')
}
