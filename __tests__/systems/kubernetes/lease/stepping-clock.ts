import type { Clock } from '../../../../src/systems/clock/clock.ts'

interface Timer {
  readonly atMs: number
  fire(): void
}

/** A clock that a test moves, timer by timer: what a sleep was waiting for is done before the next one is over. */
export interface SteppingClock extends Clock {
  advance(milliseconds: number): Promise<void>
}

export function createSteppingClock(): SteppingClock {
  let nowMs = 0
  const timers = new Set<Timer>()
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const add = (milliseconds: number, fire: () => void): (() => void) => {
    const timer = { atMs: nowMs + milliseconds, fire }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  return {
    monotonic: () => nowMs,
    now: () => new Date(Date.parse('2026-01-02T03:04:05Z') + nowMs),
    random: () => 0.5,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const remove = add(milliseconds, resolve)
        const onAbort = (): void => {
          remove()
          reject(signal?.reason as Error)
        }
        if (signal?.aborted === true) onAbort()
        else signal?.addEventListener('abort', onAbort)
      }),
    deadline(milliseconds, reason) {
      const controller = new AbortController()
      const clear = add(milliseconds, () => {
        controller.abort(reason())
      })
      return { signal: controller.signal, clear }
    },
    async advance(milliseconds) {
      const until = nowMs + milliseconds
      for (;;) {
        await settle()
        const next = [...timers].sort((one, other) => one.atMs - other.atMs)[0]
        if (next === undefined || next.atMs > until) break
        timers.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.fire()
      }
      nowMs = until
      await settle()
    },
  }
}
