import type { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { ObjectStore } from './object-store.ts'

/** What observing one selection needs. */
export interface Observer {
  readonly client: ApiClient
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly store: ObjectStore
  /** After each change of the store. */
  readonly onChange: () => void
  /** The server does not answer, again and again; the observation goes on. */
  readonly onTrouble: (error: StagegateError) => void
}

/** This loop tries again by itself, for as long as the step lasts; the run's budget of retries is for others. */
export const ONE_ATTEMPT = { attempts: 1 }
