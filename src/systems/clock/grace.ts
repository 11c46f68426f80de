/**
 * A signal that is aborted some time after another: for what must still be finished when everything else stops, such as
 * an answer that holds something to give back.
 *
 * @param milliseconds from the abort of the other signal on
 */
export function withGrace(signal: AbortSignal, milliseconds: number): AbortSignal {
  const later = new AbortController()
  const start = (): void => {
    AbortSignal.timeout(milliseconds).addEventListener('abort', () => {
      later.abort(signal.reason)
    })
  }
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  return later.signal
}
