import type { Clock } from '../../src/systems/clock/clock.ts'

interface Timer {
  readonly atMs: number
  fire(): void
}

/** A clock that stands still until a test moves it; a sleep moves it by itself. */
export interface FakeClock extends Clock {
  /** The sleeps that were asked for, in milliseconds. */
  readonly slept: readonly number[]
  advance(milliseconds: number): void
  /** Moves to the next deadline that is set. */
  expire(): void
  /** How many deadlines are set and not cleared. */
  pending(): number
}

/** @param random what `random()` gives; 0.5 without it */
export function createFakeClock(
  options: { readonly now?: string; readonly random?: () => number } = {},
): FakeClock {
  const startedAt = Date.parse(options.now ?? '2026-01-02T03:04:05Z')
  let elapsedMs = 0
  let timers: readonly Timer[] = []
  const slept: number[] = []
  const advance = (milliseconds: number) => {
    elapsedMs += milliseconds
    const due = timers.filter((timer) => timer.atMs <= elapsedMs)
    timers = timers.filter((timer) => timer.atMs > elapsedMs)
    for (const timer of due) timer.fire()
  }
  return {
    slept,
    advance,
    expire() {
      advance(Math.min(...timers.map((timer) => timer.atMs)) - elapsedMs)
    },
    pending: () => timers.length,
    monotonic: () => elapsedMs,
    now: () => new Date(startedAt + elapsedMs),
    random: options.random ?? (() => 0.5),
    sleep(milliseconds, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
      slept.push(milliseconds)
      advance(milliseconds)
      return Promise.resolve()
    },
    deadline(milliseconds, reason) {
      const controller = new AbortController()
      const timer: Timer = {
        atMs: elapsedMs + milliseconds,
        fire() {
          controller.abort(reason())
        },
      }
      timers = [...timers, timer]
      return {
        signal: controller.signal,
        clear() {
          timers = timers.filter((other) => other !== timer)
        },
      }
    },
  }
}
