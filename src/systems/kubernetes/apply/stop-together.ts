import { concernsAll } from '../client/api-error.ts'

/** Ends what runs at the same time when one of them has met a trouble that all would meet. */
export interface Together {
  /** Aborted with that trouble, or with the reason of the signal it was made from. */
  readonly signal: AbortSignal
  /** What stopped all, if anything did. */
  stoppedBy(): unknown
  run<T>(task: () => Promise<T>): Promise<T>
}

/**
 * A trouble that was waited out in vain, such as a webhook that is away, is not waited out again for each object: after
 * the first that gives up nothing is begun, and what still waits ends too.
 */
export function stopTogether(signal: AbortSignal): Together {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  return {
    signal: either,
    stoppedBy: () => (stop.signal.aborted ? (stop.signal.reason as unknown) : undefined),
    async run(task) {
      either.throwIfAborted()
      try {
        return await task()
      } catch (thrown) {
        if (!either.aborted && concernsAll(thrown)) stop.abort(thrown)
        throw thrown
      }
    },
  }
}
