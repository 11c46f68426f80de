/** Work that several wait for. */
export interface SharedWork<T> {
  /** The result of the work, or the reason of this signal: the others wait on. */
  wait(signal: AbortSignal): Promise<T>
  /** Nobody waits any more, so that it was ended; whoever comes now has to begin anew. */
  abandoned(): boolean
}

/** Begins work for all who ask at the same time. It is ended when the last one of them has left. */
export function shareWork<T>(run: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
  const stop = new AbortController()
  const running = run(stop.signal)
  // Whoever waits sees it; when nobody does, it is of no interest.
  running.catch(() => undefined)
  let waiting = 0
  let ended = false
  void running.then(
    () => (ended = true),
    () => (ended = true),
  )
  return {
    abandoned: () => stop.signal.aborted,
    async wait(signal) {
      signal.throwIfAborted()
      waiting += 1
      const { promise: left, reject } = Promise.withResolvers<never>()
      const leave = (): void => {
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', leave)
      try {
        return await Promise.race([running, left])
      } finally {
        signal.removeEventListener('abort', leave)
        waiting -= 1
        if (waiting === 0 && !ended) stop.abort(signal.reason)
      }
    },
  }
}
