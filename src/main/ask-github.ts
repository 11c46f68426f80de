import type { Config } from '../config/config.ts'
import type { GitHubQuestions } from '../stages/systems.ts'
import { toStagegateError } from '../errors/index.ts'
import { answerOf, type GitHubPermission, type PermissionAnswer } from '../systems/github/ask-permission.ts'
import type { GitHub } from '../systems/github/github.ts'
import type { GithubPatience } from './github-patience.ts'
import type { GithubWriter } from './github-writer.ts'

/** GitHub as stages may ask it. What the run's own first status has told is not asked for again. */
export function askGithub(
  questions: GitHub | undefined,
  writer: Pick<GithubWriter, 'firstStatus' | 'lack'> | undefined,
  config: Config,
  patience: GithubPatience,
): GitHubQuestions | undefined {
  if (questions === undefined) return undefined
  const subject = { environment: config.environment, run: config.trigger.run.id }
  const ask = async (permission: GitHubPermission, signal: AbortSignal): Promise<PermissionAnswer> => {
    const told = permission === 'statuses' ? writer?.firstStatus : undefined
    if (told === undefined) return questions.askPermission(permission, subject, signal)
    const written = await orAborted(told, signal)
    if (written === undefined) return { has: 'unknown', reason: toStagegateError(signal.reason).message }
    return written.written ? { has: 'yes' } : answerOf({ ...written, message: written.reason }, permission)
  }
  return {
    async askPermission(permission, signal) {
      const answer = await patience
        .ask(signal, (limited) => ask(permission, limited))
        .catch((thrown: unknown): PermissionAnswer => ({
          has: 'unknown',
          reason: toStagegateError(thrown).message,
        }))
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
