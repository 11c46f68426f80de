import type { Config } from '../../../config/config.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { ImageOutput } from '../../image/image.ts'
import { bookkeepingName } from '../../../systems/kubernetes/bookkeeping.ts'
import type { VaultSession } from '../../../systems/vault/vault.ts'
import type { Systems } from '../../systems.ts'
import type { ActiveDeploySettings, Deployment } from '../deployment.ts'
import { ownerOf, readOwner, refuseForeign, renderOwner } from '../owner.ts'
import { awaitLeftMigration } from './await-left-migration.ts'
import { giveBack, type RunningMigration } from './give-back.ts'
import { refuseOlder } from './refuse-older.ts'
import { refuseSurvivors } from './refuse-survivors.ts'

/**
 * Opens what a deployment holds: the cluster, the lock, then Vault. None of the commit's code may be running by now: a
 * process that it left behind could wait for the secrets.
 */
export async function start(
  config: Config,
  settings: ActiveDeploySettings,
  image: ImageOutput,
  systems: Systems,
  step: StepContext,
): Promise<Deployment> {
  await refuseSurvivors(systems, step)
  const kubernetes = await systems.kubernetes()
  const cluster = await kubernetes.connect(step.signal)
  await cluster.ensureNamespace(settings.namespace, step.signal)
  const { run } = config.trigger
  const own = ownerOf(config)
  const name = bookkeepingName(config.service, 'lock')
  const lease = await cluster.acquireLease({
    namespace: settings.namespace,
    name,
    holder: `${config.trigger.repository} run ${run.id} attempt ${run.attempt}`,
    owner: renderOwner(own),
    check(found) {
      refuseForeign(`The lock ${settings.namespace}/${name}`, readOwner(found), own)
    },
    signal: step.signal,
    onWaiting: (holder) => {
      step.log.info(`Waiting for the lock, which ${holder} holds.`)
    },
  })
  let vault: VaultSession | undefined
  try {
    if (lease.tookOverFrom !== undefined)
      step.log.warn(`The lock had expired under ${lease.tookOverFrom}; taken over.`)
    await refuseOlder({ config, settings, systems, cluster }, step)
    await awaitLeftMigration({ config, settings, cluster }, step)
    vault = settings.secrets.configured ? await (await systems.vault()).open(step.signal) : undefined
    step.log.info(
      `Holding the lock of ${config.service} in ${settings.namespace}${vault === undefined ? '' : '; Vault is open'}.`,
    )
    step.fact('image', image.digest)
    let given: Promise<readonly string[]> | undefined
    let migration: RunningMigration | undefined
    return {
      ...{ config, settings, systems, image, cluster, lease, vault },
      migrationRuns(job, leases) {
        migration = { job, leases }
        return () => {
          migration = undefined
        }
      },
      giveBack: () => (given ??= giveBack({ systems, lease, vault, migration })),
    }
  } catch (thrown) {
    await giveBack({ systems, lease, vault, migration: undefined })
    throw thrown
  }
}
