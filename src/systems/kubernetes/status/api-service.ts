import { CONTROLLER_TIME, currentConditions, mayBeStale } from './freshness.ts'
import { findCondition } from './objects.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** An APIService is done when the server that it names answers; that server may be part of the same rollout. */
export function judgeApiService(world: World): ObjectStatus {
  const available = findCondition(currentConditions(world.object), 'Available')
  if (available?.status === 'True')
    return done('available', mayBeStale(world, available) ? CONTROLLER_TIME : 0)
  return waiting(
    `not available${available === undefined ? ' yet' : `: ${available.message ?? available.reason ?? ''}`}`,
  )
}
