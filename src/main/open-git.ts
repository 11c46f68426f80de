import type { Inputs } from '../inputs/index.ts'
import { createGit } from '../systems/git/create-git.ts'
import type { Git } from '../systems/git/git.ts'
import type { Console } from './console.ts'

/** Git of the run, with the tokens of its inputs; none of them is ever in an argument vector or a URL. */
export function openGit(
  console: Console,
  inputs: Inputs,
  env: Readonly<Record<string, string | undefined>>,
): Git {
  return createGit({
    processes: console.processes,
    clock: console.clock,
    serverUrl: env.GITHUB_SERVER_URL ?? 'https://github.com',
    token: inputs.githubToken,
    configsToken: inputs.configsToken,
  })
}
