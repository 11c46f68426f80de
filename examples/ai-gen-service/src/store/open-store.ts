import type { StoreConfiguration } from '../configuration.ts'
import type { GenerationStore } from './generation-store.ts'
import { memoryStore } from './memory-store.ts'
import { postgresStore } from './postgres-store.ts'

/** The store that the configuration names. */
export function openStore(
  configuration: StoreConfiguration,
  onIdleError: (error: Error) => void,
): GenerationStore {
  return configuration.kind === 'memory' ? memoryStore() : postgresStore(configuration, onIdleError)
}
