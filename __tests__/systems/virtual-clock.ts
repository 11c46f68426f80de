import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/systems/clock/clock.ts'

interface Timer {
  readonly at: number
  readonly fire: () => void
}

/** A clock whose time passes only when everything waits for it: minutes of waiting take milliseconds, in the same order. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>
}

/** @param random what `random()` gives */
export function createVirtualClock(random: () => number = () => 0.5): VirtualClock {
  let now = 0
  const timers = new Set<Timer>()

  function set(milliseconds: number, fire: () => void): Timer {
    const timer = { at: now + Math.max(0, milliseconds), fire }
    timers.add(timer)
    return timer
  }

  return {
    monotonic: () => now,
    now: () => new Date(Date.UTC(2026, 0, 2) + now),
    random,
    sleep(milliseconds, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          timers.delete(timer)
          reject(signal?.reason as Error)
        }
        const timer = set(milliseconds, () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
        signal?.addEventListener('abort', stop, { once: true })
      })
    },
    deadline(milliseconds, reason) {
      const controller = new AbortController()
      const timer = set(milliseconds, () => {
        controller.abort(reason())
      })
      return { signal: controller.signal, clear: () => timers.delete(timer) }
    },
    async run(work) {
      const state = { ended: false }
      const ended = (): void => {
        state.ended = true
      }
      work.then(ended, ended)
      for (;;) {
        await turn()
        if (state.ended) return await work
        let next: Timer | undefined
        for (const timer of timers) if (next === undefined || timer.at < next.at) next = timer
        if (next === undefined) throw new Error('nothing waits for time, and nothing happens')
        timers.delete(next)
        now = Math.max(now, next.at)
        next.fire()
      }
    },
  }
}
