import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Deployment } from '../deployment.ts'
import { readLastGood } from '../finalize/record.ts'

/**
 * Ends the deployment of a commit that the deployed one already contains, unless `allow-older` says that it is meant: a
 * run that was started again by hand must not take back what came after it.
 */
export async function refuseOlder(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems' | 'cluster'>,
  step: StepContext,
): Promise<void> {
  const { config, settings, systems } = deployment
  const { commit } = config.trigger
  const deployed = await readLastGood(deployment, step.signal)
  if (deployed === undefined || deployed.commit === commit) return
  const older = await systems.git.isAncestor(config.workspace, commit, deployed.commit, step.signal)
  if (older === undefined) {
    step.log.info(
      `Deployed is ${deployed.commit.slice(0, 12)}; the checkout's history is too short to tell whether that is newer (fetch-depth: 0 makes it whole).`,
    )
  }
  if (older !== true) return
  if (!settings.allowOlder) {
    throw new StagegateError('E_OLDER_COMMIT', {
      message: `The deployed commit ${deployed.commit.slice(0, 12)} is newer than ${commit.slice(0, 12)}.`,
      evidence: [`${deployed.commit} was deployed at ${deployed.finishedAt}`],
      state: 'Nothing was deployed.',
    })
  }
  step.log.warn(
    `Deploying ${commit.slice(0, 12)}, which is older than the deployed ${deployed.commit.slice(0, 12)}.`,
  )
}
