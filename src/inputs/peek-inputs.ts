import { defaultStatusContext } from './default-status-context.ts'
import { InputReader } from './input-reader.ts'
import type { Inputs } from './inputs.ts'

export type PeekedInputs = Pick<
  Inputs,
  'stages' | 'dryRun' | 'githubToken' | 'statusContext' | 'config' | 'workingDirectory'
>

/**
 * What the end of a run has to know of the inputs when the inputs themselves, or what comes after them, were wrong. One
 * that is not valid counts as absent; a `dry-run` that is not valid counts as true, which says less.
 */
export function peekInputs(env: Readonly<Record<string, string | undefined>>): PeekedInputs {
  const reader = new InputReader(env)
  const dryRun = reader.flag('dry-run') || reader.problems.length > 0
  const workingDirectory = reader.path('working-directory') ?? '.'
  return {
    dryRun,
    stages: reader.list('stages'),
    githubToken: reader.line('github-token'),
    statusContext: reader.line('status-context') ?? defaultStatusContext(workingDirectory),
    config: reader.path('config'),
    workingDirectory,
  }
}
