import type { KubernetesObject } from '../kubernetes-object.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** A conflict of names may be one with a definition that is on its way out. Milliseconds. */
const CONFLICT_GRACE = 3_000

/** A CustomResourceDefinition is done when the server serves it; names that another one holds are not given to it. */
export function judgeDefinition({ object }: World): ObjectStatus {
  const { status = {}, metadata } = object as Definition
  if (findCondition(status.conditions, 'Established')?.status === 'True') return done('established')
  const names = findCondition(status.conditions, 'NamesAccepted')
  if (names?.status !== 'False') return waiting('not established yet')
  const { reason = 'NamesNotAccepted', message: text = 'its names are taken' } = names
  const key = `${metadata.uid ?? ''}/names`
  return waiting(`names not accepted: ${reason}`, [{ key, graceMs: CONFLICT_GRACE, reason, text }])
}

interface Definition extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}
