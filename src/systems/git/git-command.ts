import { realpath } from 'node:fs/promises'
import { StagegateError } from '../../errors/index.ts'
import type { Finished, Processes } from '../runner/processes.ts'
import { type GitCredential, gitEnvironment } from './git-environment.ts'

/** Before the command's own arguments: nothing that a repository brings may run, or point elsewhere. */
const SAFE = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'protocol.file.allow=never',
  '-c',
  'submodule.recurse=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.detachedHead=false',
] as const

export interface GitCall {
  readonly workspace: string
  readonly args: readonly string[]
  readonly credentials?: readonly GitCredential[]
  readonly signal?: AbortSignal | undefined
  /** How many bytes of its output are kept, see `Command.keepBytes`. */
  readonly keepBytes?: number
}

/**
 * Runs one Git command in a folder; its exit code is the caller's to judge.
 *
 * @throws StagegateError E_TOOL_MISSING without Git; E_COMMAND_NOT_FOUND for a folder that is not there or not to be entered
 */
export type RunGit = (call: GitCall) => Promise<Finished>

export function createRunGit(processes: Processes, protocols: readonly string[]): RunGit {
  return async ({ workspace, args, credentials = [], signal, keepBytes }) => {
    const cwd = await realpath(workspace).catch(() => workspace)
    try {
      return await processes.run({
        argv: ['git', '--no-optional-locks', ...SAFE, ...args],
        cwd,
        env: gitEnvironment(processes.environment('own'), { workspace: cwd, protocols, credentials }),
        signal: signal ?? new AbortController().signal,
        ...(keepBytes === undefined ? {} : { keepBytes }),
      })
    } catch (thrown) {
      const couldNotStart = thrown instanceof StagegateError && thrown.code === 'E_COMMAND_NOT_FOUND'
      if (couldNotStart && (await processes.find('git')) === undefined) {
        throw new StagegateError('E_TOOL_MISSING', { message: 'git is not on the PATH.', cause: thrown })
      }
      throw thrown
    }
  }
}
