import type { Config } from '../config/config.ts'
import type { GitHubQuestions } from '../stages/systems.ts'
import type { Clock } from '../systems/clock/clock.ts'
import { answerOf, type GitHubPermission, type PermissionAnswer } from '../systems/github/ask-permission.ts'
import type { GitHub } from '../systems/github/github.ts'
import type { GithubWriter } from './github-writer.ts'

/** A permission that GitHub does not tell within this is not known, in milliseconds: no stage waits longer. */
const ANSWER_MS = 10_000

/** GitHub as stages may ask it. What the run's own first status has told is not asked for again. */
export function askGithub(
  questions: GitHub | undefined,
  writer: Pick<GithubWriter, 'firstStatus' | 'lack'> | undefined,
  config: Config,
  clock: Clock,
): GitHubQuestions | undefined {
  if (questions === undefined) return undefined
  const environment = config.deploy.configured ? config.deploy.environment : 'staging'
  const ask = async (permission: GitHubPermission, signal: AbortSignal): Promise<PermissionAnswer> => {
    const limit = clock.deadline(ANSWER_MS, () => new Error(`no answer within ${ANSWER_MS / 1000} s`))
    const either = AbortSignal.any([signal, limit.signal])
    try {
      const told = permission === 'statuses' ? writer?.firstStatus : undefined
      if (told === undefined) return await questions.askPermission(permission, environment, either)
      const written = await orAborted(told, either)
      if (written === undefined) return { has: 'unknown', reason: (either.reason as Error).message }
      return written.written ? { has: 'yes' } : answerOf({ ...written, message: written.reason }, permission)
    } finally {
      limit.clear()
    }
  }
  return {
    async askPermission(permission, signal) {
      const answer = await ask(permission, signal)
      if (answer.has === 'no') writer?.lack(permission, answer.reason)
      return answer
    },
    compareCommits: (base, head, signal) => questions.compareCommits(base, head, signal),
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
