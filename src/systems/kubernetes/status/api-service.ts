import type { KubernetesObject } from '../cluster.ts'
import { type Condition, findCondition } from './objects.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** An APIService is done when the server that it names answers; that server may be part of the same rollout. */
export function judgeApiService({ object }: World): ObjectStatus {
  const { conditions } = (object as ApiService).status ?? {}
  const available = findCondition(conditions, 'Available')
  if (available?.status === 'True') return done('available')
  return waiting(
    `not available${available === undefined ? ' yet' : `: ${available.message ?? available.reason ?? ''}`}`,
  )
}

interface ApiService extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}
