export type * from './config.ts'
export { loadConfig } from './load-config.ts'
export { readTrigger } from './read-trigger.ts'
export type { Trigger } from './trigger.ts'
