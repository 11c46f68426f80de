import { Worker } from 'node:worker_threads'
import { SharedTime } from './shared-time.ts'

/** How often the loop says that it turns, in milliseconds. */
const TURN_MS = 100

/** What a thread needs to end a run in place of its own loop. */
export interface WatchdogData {
  readonly watchdog: SharedArrayBuffer
  /** In the environment of every child of the run. */
  readonly runMark: string
  /** The run's own temporary folder. */
  readonly temporary: string
  /** Whether a runner reads the log, and understands its commands. */
  readonly isRunner: boolean
}

/** Ends a run whose event loop is blocked when its time is over: no timer and no signal is heard there by then. */
export interface Watchdog {
  /** Something has to end within some milliseconds. The function that is returned takes the limit back. */
  limit(milliseconds: number): () => void
  close(): void
}

/**
 * @param program the script of this process; in a thread it runs `watch` and nothing else
 * @param onFailure told why there is no watchdog; the run goes on without
 */
export function openWatchdog(
  program: string,
  data: Omit<WatchdogData, 'watchdog'>,
  onFailure: (thrown: unknown) => void,
): Watchdog {
  const time = new SharedTime()
  const deadlines = new Set<{ readonly at: number }>()
  const update = (): void => {
    const earliest = [...deadlines].reduce((least, { at }) => Math.min(least, at), Infinity)
    time.setDeadline(earliest === Infinity ? undefined : earliest)
  }
  const timer = setInterval(() => {
    time.turn()
  }, TURN_MS).unref()
  const worker = start(program, { ...data, watchdog: time.buffer }, onFailure)
  return {
    limit(milliseconds) {
      const deadline = { at: SharedTime.now() + milliseconds }
      deadlines.add(deadline)
      update()
      return () => {
        if (deadlines.delete(deadline)) update()
      }
    },
    close() {
      clearInterval(timer)
      time.setDeadline(undefined)
      void worker?.terminate()
    },
  }
}

function start(
  program: string,
  workerData: WatchdogData,
  onFailure: (thrown: unknown) => void,
): Worker | undefined {
  try {
    // The thread has neither our environment, in which secrets are, nor anything to say by itself.
    const worker = new Worker(program, {
      workerData,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    })
    worker.on('error', onFailure)
    worker.unref()
    return worker
  } catch (thrown) {
    onFailure(thrown)
    return undefined
  }
}
