import type { Clock } from '../clock/clock.ts'
import type { Finished } from '../runner/processes.ts'
import { classifyGitFailure } from './git-failure.ts'

/** Milliseconds before the second and third attempt, each plus up to a fifth of itself. */
const WAITS = [2000, 8000] as const

/** Repeats a Git command that talks to a remote, at most three times, as long as the remote seems to be away. */
export async function retryWhileUnavailable(
  clock: Clock,
  signal: AbortSignal,
  attempt: () => Promise<Finished>,
): Promise<Finished> {
  for (const wait of WAITS) {
    const finished = await attempt()
    if (finished.exitCode === 0 || classifyGitFailure(finished.stderr) !== 'unavailable') return finished
    await clock.sleep(wait * (1 + clock.random() / 5), signal)
  }
  return attempt()
}
