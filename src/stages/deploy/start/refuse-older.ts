import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { CommitComparison } from '../../../systems/git/git.ts'
import type { Deployment } from '../deployment.ts'
import { type LastGood, readLastGood } from '../finalize/record.ts'
import { renderAge } from './render-age.ts'

type Opened = Pick<Deployment, 'config' | 'settings' | 'systems' | 'cluster'>

/**
 * Ends the deployment of a commit that the deployed one already contains, unless `allow-older` says that it is meant: a
 * run that was started again by hand must not take back what came after it. A commit of another history (a branch was
 * forced to another commit) is not older; that is said, and deployed.
 */
export async function refuseOlder(deployment: Opened, step: StepContext): Promise<void> {
  const { commit } = deployment.config.trigger
  const deployed = await readLastGood(deployment, step.signal)
  if (deployed === undefined || deployed.commit === commit) return
  const compared = await compare(deployment, deployed.commit, step)
  if (compared === undefined) return
  const { ahead, behind } = compared
  if (behind === 0) {
    step.log.info(`Deployed is ${short(deployed.commit)}; this is ${count(ahead)} newer.`)
  } else if (ahead === 0) {
    await judgeOlder(deployment, deployed, compared, step)
  } else {
    sayDiverged(commit, deployed, compared, step)
  }
}

async function judgeOlder(
  { config, settings, systems }: Opened,
  deployed: LastGood,
  { behind, baseCommittedAt }: CommitComparison,
  step: StepContext,
): Promise<void> {
  const { commit } = config.trigger
  const { committedAt } = await systems.git.describe(config.workspace, commit, step.signal)
  const age = renderAge(committedAt, baseCommittedAt)
  const older = age === undefined ? `${count(behind)} older` : `${count(behind)} (${age}) older`
  if (!settings.allowOlder) {
    throw new StagegateError('E_OLDER_COMMIT', {
      message: `Deployed is ${short(deployed.commit)}; ${short(commit)} is ${older}.`,
      evidence: [
        `deployed: ${deployed.commit}${at('committed', baseCommittedAt)}, deployment finished ${deployed.finishedAt}`,
        `this run: ${commit}${at('committed', committedAt)}`,
      ],
      state: 'Nothing was deployed.',
      next: 'To deploy it all the same, run the workflow with the input allow-older set to true.',
    })
  }
  step.fact('older than deployed', `${older} than ${short(deployed.commit)}`)
  step.log.warn(
    `Deploying ${short(commit)}, which is ${older} than the deployed ${short(deployed.commit)}: allow-older is set.`,
  )
}

function sayDiverged(
  commit: string,
  deployed: LastGood,
  { ahead, behind, mergeBase }: CommitComparison,
  step: StepContext,
): void {
  const common =
    mergeBase === undefined
      ? 'they have no commit in common'
      : `the newest that both have is ${short(mergeBase)}`
  step.fact('diverged from deployed', `${short(deployed.commit)} has ${count(behind)} that this one lacks`)
  step.log.warn(
    `The history was changed since the last deployment: deployed is ${short(deployed.commit)}, which has ${count(behind)} that ${short(commit)} lacks, and lacks ${count(ahead)} that it has; ${common}. It is deployed.`,
  )
}

/** By the checkout's own history; where that does not reach, by GitHub's. Undefined, and said, where neither can tell. */
async function compare(
  { config, systems }: Opened,
  deployed: string,
  step: StepContext,
): Promise<CommitComparison | undefined> {
  const { commit } = config.trigger
  const local = await systems.git.compareCommits(config.workspace, deployed, commit, step.signal)
  if (local !== undefined) return local
  const asked = await askGithub(systems, deployed, commit, step)
  if (typeof asked !== 'string') return asked
  step.log.warn(`Deployed is ${short(deployed)}; whether ${short(commit)} is older is not known: ${asked}.`)
  return undefined
}

/** The comparison, or why there is none. */
async function askGithub(
  { github }: Opened['systems'],
  deployed: string,
  commit: string,
  step: StepContext,
): Promise<CommitComparison | string> {
  if (github === undefined) return 'the history of the checkout is too short (fetch-depth: 0 makes it whole)'
  try {
    const told = await github.compareCommits(deployed, commit, step.signal)
    return told ?? 'GitHub no longer has the deployed commit, or it shares no history with this one'
  } catch (thrown) {
    step.signal.throwIfAborted()
    return toStagegateError(thrown).message.replace(/\.$/, '')
  }
}

function short(commit: string): string {
  return commit.slice(0, 12)
}

function count(commits: number): string {
  return `${commits} ${commits === 1 ? 'commit' : 'commits'}`
}

function at(what: string, time: string | undefined): string {
  return time === undefined ? '' : `, ${what} ${time}`
}
