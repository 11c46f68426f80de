import { findCheckout, readTrigger, type Trigger } from '../config/index.ts'
import type { Inputs } from '../inputs/index.ts'
import { placeCommit } from '../stages/checkout/place-commit.ts'
import { settleBranch } from '../stages/checkout/settle-branch.ts'
import type { Git } from '../systems/git/git.ts'
import type { Console } from './console.ts'

/**
 * What started the run, with its commit in the workspace; untouched where there is nothing to do.
 *
 * @throws StagegateError E_EVENT_UNSUPPORTED, E_CHECKOUT_NOT_GIT, E_CHECKOUT_COMMIT_MISSING, E_CHECKOUT_DIRTY
 */
export async function openCheckout(
  git: Git,
  inputs: Pick<Inputs, 'workingDirectory'>,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  { output, warn }: Pick<Console, 'output' | 'warn'>,
): Promise<Trigger> {
  const trigger = await readTrigger(env)
  if (trigger.nothingToDo !== undefined) return trigger
  const root = await findCheckout(env.GITHUB_WORKSPACE, inputs.workingDirectory)
  await placeCommit(git, trigger, root, signal, (text) => {
    output.info(text)
  })
  return settleBranch(git, trigger, root, signal, warn)
}
