import { currentConditions, mayBeStale } from './freshness.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/** What it scales may be applied a moment later, and is looked at every 15 s. Milliseconds. */
const TARGET_GRACE = 20_000
/** When it is changed, its controller looks at it with the next of these looks. Milliseconds. */
const SYNC_TIME = 16_000

/**
 * A HorizontalPodAutoscaler is done when its controller can scale its target. Metrics come only some time after the pods;
 * with `stagegate.dev/wait: ready` they have to be there. A target that is missing or a selector that is invalid does
 * not heal by itself; all other troubles are tried again by the controller.
 */
export function judgeAutoscaler(world: World): ObjectStatus {
  const { object, rules } = world
  const { metadata } = object
  const conditions = currentConditions(object)
  const able = findCondition(conditions, 'AbleToScale')
  const active = findCondition(conditions, 'ScalingActive')
  const uid = metadata.uid ?? ''
  if (able === undefined) return waiting('waiting for its controller')
  if (able.status !== 'True')
    return waiting(sayOf(able), symptomsOf(uid, able, 'FailedGetScale', /not found/))
  if (active?.reason === 'InvalidSelector')
    return waiting(sayOf(active), symptomsOf(uid, active, 'InvalidSelector'))
  const isActive = active?.status === 'True' || active?.reason === 'ScalingDisabled'
  const settleMs = mayBeStale(world, able) ? SYNC_TIME : 0
  if (isActive) return done('can scale', settleMs)
  const text = active === undefined ? 'has no metrics yet' : sayOf(active)
  return rules.wait === 'ready' ? waiting(text) : done(`can scale; ${text}`, settleMs)
}

function sayOf({ reason, message }: Condition): string {
  return [reason, message].filter((each) => each !== undefined).join(': ')
}

function symptomsOf(uid: string, condition: Condition, fatal: string, said = /(?:)/): readonly Symptom[] {
  const { reason = '', message = '' } = condition
  if (reason !== fatal || !said.test(message)) return []
  return [{ key: `${uid}/scale`, graceMs: TARGET_GRACE, reason, text: message }]
}
