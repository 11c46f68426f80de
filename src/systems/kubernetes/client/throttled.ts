import { StagegateError } from '../../../errors/index.ts'

/** The cause of an error for a request that was turned away because there are too many: how long it asks to wait. */
export class Throttled extends Error {
  /** In milliseconds, read at a time; undefined when the server names none. */
  readonly askedWait: (now: Date) => number | undefined

  constructor(askedWait: (now: Date) => number | undefined) {
    super('throttled')
    this.askedWait = askedWait
  }
}

/** How long the server asked to wait before the same request, in milliseconds; 0 when it did not. */
export function askedWait(error: StagegateError, now: Date): number {
  return error.cause instanceof Throttled ? (error.cause.askedWait(now) ?? 0) : 0
}
