import type { Clock } from '../clock/clock.ts'
import type { ApiClient } from './client/api-client.ts'
import type { Discovery } from './discovery/discovery.ts'

/** What every layer above the raw client needs of a cluster that is connected. */
export interface Connected {
  readonly client: ApiClient
  readonly discovery: Discovery
  readonly clock: Clock
}
