import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listCheckouts } from '../../config/load/find-checkout.ts'
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
  const head = await readHead(git, workspace, signal)
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

async function readHead(git: Git, workspace: string, signal: AbortSignal): Promise<string> {
  try {
    return await git.headCommit(workspace, signal)
  } catch (thrown) {
    if (!(thrown instanceof StagegateError) || thrown.code !== 'E_CHECKOUT_NOT_GIT') throw thrown
    throw (await explainOtherPath(thrown, workspace)) ?? thrown
  }
}

/** `actions/checkout` with `path` leaves the repository in a folder of the workspace. */
async function explainOtherPath(
  error: StagegateError,
  workspace: string,
): Promise<StagegateError | undefined> {
  const hasOwn = await stat(join(workspace, '.git')).catch(() => undefined)
  if (hasOwn !== undefined) return undefined
  const [first, ...others] = await listCheckouts(workspace)
  if (first === undefined) return undefined
  const names = [first, ...others].slice(0, 5).join(', ')
  return error.with({
    message: `${workspace} is no Git checkout; there is one in ${names}: actions/checkout was given the input path.`,
    next: `Set the input working-directory to ${first}, or to the service's folder below it; or take path away from actions/checkout.`,
  })
}
