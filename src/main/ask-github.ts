import type { Config } from '../config/config.ts'
import type { GitHubQuestions } from '../stages/systems.ts'
import type { Clock } from '../systems/clock/clock.ts'
import { answerOf } from '../systems/github/ask-permission.ts'
import type { GitHub } from '../systems/github/github.ts'
import type { GithubWriter } from './github-writer.ts'

/** A permission that GitHub does not tell within this is not known, in milliseconds: no stage waits longer. */
const ANSWER_MS = 10_000

/** GitHub as stages may ask it. What the run's own first status has told is not asked for again. */
export function askGithub(
  github: GitHub | undefined,
  writer: Pick<GithubWriter, 'firstStatus'> | undefined,
  config: Config,
  clock: Clock,
): GitHubQuestions | undefined {
  if (github === undefined) return undefined
  const environment = config.deploy.configured ? config.deploy.environment : 'staging'
  return {
    async askPermission(permission, signal) {
      const limit = clock.deadline(ANSWER_MS, () => new Error(`no answer within ${ANSWER_MS / 1000} s`))
      const either = AbortSignal.any([signal, limit.signal])
      try {
        const told = permission === 'statuses' ? writer?.firstStatus : undefined
        if (told === undefined) return await github.askPermission(permission, environment, either)
        const written = await orAborted(told, either)
        if (written === undefined) return { has: 'unknown', reason: (either.reason as Error).message }
        return written.written
          ? { has: 'yes' }
          : answerOf({ ...written, message: written.reason }, permission)
      } finally {
        limit.clear()
      }
    },
    compareCommits: (base, head, signal) => github.compareCommits(base, head, signal),
  }
}

/** What a promise gives, or undefined when the signal is aborted first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve(undefined)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}
