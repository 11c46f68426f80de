import type { KubernetesObject } from '../cluster.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/** What it scales may be applied a moment later, and is looked at every 15 s. Milliseconds. */
const TARGET_GRACE = 20_000

/**
 * A HorizontalPodAutoscaler is done when its controller can scale its target. Metrics come only some time after the pods;
 * with `stagegate.dev/wait: ready` they have to be there. A target that is missing or a selector that is invalid does
 * not heal by itself; all other troubles are tried again by the controller.
 */
export function judgeAutoscaler({ object, rules }: World): ObjectStatus {
  const { status = {}, metadata } = object as Autoscaler
  const able = findCondition(status.conditions, 'AbleToScale')
  const active = findCondition(status.conditions, 'ScalingActive')
  const uid = metadata.uid ?? ''
  if (able === undefined) return waiting('waiting for its controller')
  if (able.status !== 'True')
    return waiting(sayOf(able), symptomsOf(uid, able, 'FailedGetScale', /not found/))
  if (active?.reason === 'InvalidSelector')
    return waiting(sayOf(active), symptomsOf(uid, active, 'InvalidSelector'))
  const isActive = active?.status === 'True' || active?.reason === 'ScalingDisabled'
  if (isActive) return done('can scale')
  const text = active === undefined ? 'has no metrics yet' : sayOf(active)
  return rules.wait === 'ready' ? waiting(text) : done(`can scale; ${text}`)
}

function sayOf({ reason, message }: Condition): string {
  return [reason, message].filter((each) => each !== undefined).join(': ')
}

function symptomsOf(uid: string, condition: Condition, fatal: string, said = /(?:)/): readonly Symptom[] {
  const { reason = '', message = '' } = condition
  if (reason !== fatal || !said.test(message)) return []
  return [{ key: `${uid}/scale`, graceMs: TARGET_GRACE, reason, text: message }]
}

interface Autoscaler extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}
