export type * from './config.ts'
export { readConfig } from './read-config.ts'
export { readTrigger } from './read-trigger.ts'
export type { Trigger } from './trigger.ts'
