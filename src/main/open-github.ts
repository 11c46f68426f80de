import type { GitHub } from '../systems/github/github.ts'
import { createGitHub } from '../systems/github/octokit-github.ts'
import { systemClock } from '../systems/clock/clock.ts'
import type { Console } from './console.ts'

/** The GitHub side of the run; undefined without a token. */
export function openGithub(
  token: string | undefined,
  repository: string,
  env: Readonly<Record<string, string | undefined>>,
  console: Pick<Console, 'http' | 'redact'>,
): GitHub | undefined {
  if (token === undefined || token === '') return undefined
  return createGitHub({
    apiUrl: env.GITHUB_API_URL ?? 'https://api.github.com',
    token,
    repository,
    http: console.http,
    clock: systemClock,
    redact: console.redact,
  })
}
