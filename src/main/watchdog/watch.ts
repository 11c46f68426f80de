import { rmSync, writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { renderError, StagegateError } from '../../errors/index.ts'
import { systemClock } from '../../systems/clock/clock.ts'
import { endRun } from '../../systems/runner/end-run.ts'
import { SharedTime } from './shared-time.ts'
import type { WatchdogData } from './watchdog.ts'

/** How often it is looked, in milliseconds. */
const LOOK_MS = 100
/** A loop that has not turned for so many looks is blocked. A process that was stopped does not look either. */
const BLOCKED_LOOKS = 10
/** What is left of the run gets this long to end, in milliseconds. */
const END_MS = 1000

/** Looks from a thread whether the loop of the run still turns, and ends the process when it does not by its deadline. */
export function watch(): void {
  const data = workerData as WatchdogData
  const time = new SharedTime(data.watchdog)
  let turns = -1n
  let blockedLooks = 0
  const timer = setInterval(() => {
    const now = time.turns()
    blockedLooks = now === turns ? blockedLooks + 1 : 0
    turns = now
    const deadline = time.deadline()
    if (deadline === undefined || SharedTime.now() < deadline || blockedLooks < BLOCKED_LOOKS) return
    clearInterval(timer)
    void endProcess(data)
  }, LOOK_MS)
}

/** The children go first: nobody else would end them. `post` makes terminal what the run has left open. */
async function endProcess({ runMark, temporary, isRunner }: WatchdogData): Promise<never> {
  say(isRunner)
  try {
    await Promise.race([endRun(runMark, systemClock, 0), systemClock.sleep(END_MS)])
    rmSync(temporary, { recursive: true, force: true })
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
  return new Promise(() => undefined)
}

/** The one line that does not go through the log's writer, whose loop is blocked. Nothing from outside is in it. */
function say(isRunner: boolean): void {
  const error = new StagegateError('E_RUN_BLOCKED', {
    message: 'The run was busy with one computation when its time, or the time of its step, was over.',
    state: 'The run was ended by force; what it has left open is ended after the job.',
  })
  const text = renderError(error, 'main')
  const line = isRunner ? `::error::${text.replaceAll('%', '%25').replaceAll('\n', '%0A')}` : text
  try {
    // eslint-disable-next-line no-restricted-syntax -- the writer's loop is blocked
    writeSync(1, `\n${line}\n`)
  } catch {
    // The reader of the log is gone.
  }
}
