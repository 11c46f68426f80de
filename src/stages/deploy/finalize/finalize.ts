import type { StepContext } from '../../../pipeline/index.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import type { Deployment } from '../deployment.ts'
import { writeLastGood } from './record.ts'

/** Records this set as the last good one, then gives back Vault and the lock. */
export async function finalize(
  deployment: Deployment,
  manifests: readonly Manifest[],
  step: StepContext,
): Promise<void> {
  await writeLastGood(deployment, manifests, step.signal)
  step.log.info(`Recorded ${manifests.length} objects as the last good set of ${deployment.config.service}.`)
  for (const warning of await deployment.giveBack()) step.log.warn(warning)
}
