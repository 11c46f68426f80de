import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { CommitComparison } from '../../../systems/git/git.ts'
import type { Deployment } from '../deployment.ts'
import type { LastGood } from '../finalize/parse-record.ts'
import { readLastGood } from '../finalize/record.ts'
import { compareWithDeployed } from './compare-with-deployed.ts'
import { renderAge } from './render-age.ts'

type Opened = Pick<Deployment, 'config' | 'settings' | 'systems' | 'cluster'>

/**
 * Ends the deployment of a commit that the deployed one already contains, unless `allow-older` says that it is meant: a
 * run that was started again by hand must not take back what came after it. A commit of another history (a branch was
 * forced to another commit) is not older; that is said, and deployed. Where the histories cannot be had, the times of the
 * commits decide.
 */
export async function refuseOlder(deployment: Opened, step: StepContext): Promise<void> {
  const { commit } = deployment.config.trigger
  const deployed = await readLastGood(deployment, step.signal)
  if (deployed === undefined || deployed.commit === commit) return
  const compared = await compareWithDeployed(deployment, deployed.commit, step.signal)
  if ('unknown' in compared) return judgeByTime(deployment, deployed, compared.unknown, step)
  if ('unrelated' in compared) {
    step.log.warn(`The history was changed since the last deployment: ${compared.unrelated}. It is deployed.`)
    return
  }
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

/** Where nobody can tell what came first, the times of the commits have to: they are there without asking anybody. */
async function judgeByTime(
  { config, settings, systems }: Opened,
  deployed: LastGood,
  why: string,
  step: StepContext,
): Promise<void> {
  const { commit } = config.trigger
  const { committedAt } = await systems.git.describe(config.workspace, commit, step.signal)
  const unknown = `Deployed is ${short(deployed.commit)}; whether ${short(commit)} is older is not known: ${why}`
  const isEarlier = Date.parse(committedAt) < Date.parse(deployed.committedAt ?? '')
  if (!isEarlier || settings.allowOlder) {
    step.log.warn(`${unknown}.`)
    return
  }
  throw new StagegateError('E_OLDER_COMMIT', {
    message: `${unknown}, and it was committed ${renderAge(committedAt, deployed.committedAt) ?? ''} earlier.`,
    evidence: [
      `deployed: ${deployed.commit}${at('committed', deployed.committedAt)}, deployment finished ${deployed.finishedAt}`,
      `this run: ${commit}${at('committed', committedAt)}`,
    ],
    state: 'Nothing was deployed.',
    next: 'Rerun when GitHub answers; to deploy it all the same, set the input allow-older to true.',
  })
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

function short(commit: string): string {
  return commit.slice(0, 12)
}

function count(commits: number): string {
  return `${commits} ${commits === 1 ? 'commit' : 'commits'}`
}

function at(what: string, time: string | undefined): string {
  return time === undefined ? '' : `, ${what} ${time}`
}
