import type { Trigger } from '../../config/trigger.ts'
import { StagegateError } from '../../errors/index.ts'
import type { Git } from '../../systems/git/git.ts'

/**
 * Puts the event's commit into the workspace where it holds another one, fetched by its exact SHA if it is missing. Done
 * before the configuration is read: that is the commit's own too.
 *
 * @throws StagegateError E_CHECKOUT_NOT_GIT, E_CHECKOUT_COMMIT_MISSING, E_EVENT_UNSUPPORTED
 */
export async function placeCommit(
  git: Git,
  trigger: Trigger,
  workspace: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const { commit } = trigger
  const head = await git.headCommit(workspace, signal)
  if (head === commit) return
  if (trigger.foreignCommit !== undefined) {
    throw new StagegateError('E_EVENT_UNSUPPORTED', {
      message: `The event ${trigger.event} has credentials, and the workspace is at ${head}, which is not its own commit ${commit}.`,
      state: 'None of that code was run.',
      next: 'Use the event pull_request for code of others: it has no credentials.',
    })
  }
  say(`The workspace is at ${head}; the event's commit is ${commit}.`)
  if (!(await git.hasCommit(workspace, commit, signal))) {
    await git.fetchCommit(workspace, commit, { signal })
    say(`Fetched ${commit}.`)
  }
  await git.checkOut(workspace, commit, signal)
}

/** The folder of the checkout: GITHUB_WORKSPACE. */
export function checkoutFolder(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env.GITHUB_WORKSPACE ?? ''
  if (folder === '')
    throw new StagegateError('E_CHECKOUT_NOT_GIT', { message: 'GITHUB_WORKSPACE is not set.' })
  return folder
}
