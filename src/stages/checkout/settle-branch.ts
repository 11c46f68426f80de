import type { Trigger } from '../../config/trigger.ts'
import type { Git } from '../../systems/git/git.ts'

/**
 * The trigger with a branch that is one. `workflow_run` names the branch or the tag of the earlier run in the same field,
 * and a tag that is called `main` must not deploy as the branch main. Where the remote has no tag of the name, it is the
 * branch's. Where it has one, the run is the branch's only if the branch is at its commit now: nothing else tells.
 */
export async function settleBranch(
  git: Pick<Git, 'refsNamed'>,
  trigger: Trigger,
  workspace: string,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<Trigger> {
  const { branch, commit, untrusted } = trigger
  if (!trigger.mayBeTag || branch === undefined || untrusted !== undefined) return trigger
  const refs = await git.refsNamed(workspace, branch, signal)
  if (refs === undefined) {
    warn(`Whether ${branch} is a branch or a tag is not known: the remote of the checkout does not say it.`)
    return { ...trigger, branch: undefined }
  }
  if (refs.tag === undefined || refs.branch === commit) return trigger
  return { ...trigger, branch: undefined, tag: branch }
}
