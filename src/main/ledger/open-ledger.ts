import type { LedgerWriting } from '../github-writer.ts'
import type { RunOptions } from '../run-plan.ts'
import { createStageTools } from './stage-tools.ts'
import { subjectOf } from './subject.ts'

/** What this call's passes are bound to, and what it says of itself where it writes them. */
export async function openLedger({
  config,
  console,
  env,
  git,
  signals,
}: Pick<RunOptions, 'config' | 'console' | 'env' | 'git' | 'signals'>): Promise<LedgerWriting> {
  const { run, commit } = config.trigger
  const tree = await git.tree(config.workspace, commit, signals.signal)
  const { platform: os, arch } = process
  return {
    subject: subjectOf(config, tree),
    writer: {
      run: run.id,
      attempt: run.attempt,
      workflow: run.workflowPath ?? '',
      job: run.job,
      runner: env.RUNNER_NAME ?? '',
    },
    tools: createStageTools(config, console.processes, { os, arch }, signals.signal),
  }
}
