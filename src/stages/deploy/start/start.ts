import type { Config } from '../../../config/config.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { ImageOutput } from '../../image/image.ts'
import { settleAll } from '../../settle.ts'
import type { Systems } from '../../systems.ts'
import { type ActiveDeploySettings, bookkeepingName, type Deployment } from '../deployment.ts'
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
  const lease = await cluster.acquireLease({
    namespace: settings.namespace,
    name: bookkeepingName(config.service, 'lock'),
    holder: `${config.trigger.repository} run ${run.id} attempt ${run.attempt}`,
    signal: step.signal,
    onWaiting: (holder) => {
      step.log.info(`Waiting for the lock, which ${holder} holds.`)
    },
  })
  try {
    if (lease.tookOverFrom !== undefined)
      step.log.warn(`The lock had expired under ${lease.tookOverFrom}; taken over.`)
    await refuseOlder({ config, settings, systems, cluster }, step)
    const vault = settings.secrets.configured ? await (await systems.vault()).open(step.signal) : undefined
    step.log.info(
      `Holding the lock of ${config.service} in ${settings.namespace}${vault === undefined ? '' : '; Vault is open'}.`,
    )
    step.fact('image', image.digest)
    let given: Promise<readonly string[]> | undefined
    const giveBack = () => (given ??= release({ systems, lease, vault }))
    return { config, settings, systems, image, cluster, lease, vault, giveBack }
  } catch (thrown) {
    await lease.release()
    throw thrown
  }
}

/** Vault and the lock at the same time, within 5 s: what cannot be given back ends by itself. */
async function release(opened: Pick<Deployment, 'systems' | 'lease' | 'vault'>): Promise<readonly string[]> {
  const deadline = opened.systems.clock.deadline(5_000, () => new Error('not given back within 5 s'))
  const warnings: string[] = []
  try {
    await settleAll([
      opened.lease.release().catch((thrown: unknown) => {
        warnings.push(`The lock was not freed and expires by itself: ${messageOf(thrown)}`)
      }),
      opened.vault?.close(deadline.signal).then((closed) => {
        if (closed.warning !== undefined) warnings.push(closed.warning)
      }) ?? Promise.resolve(),
    ])
  } catch (thrown) {
    warnings.push(`Vault was not closed: ${messageOf(thrown)}`)
  } finally {
    deadline.clear()
  }
  return warnings
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
