import type { StepContext } from '../../../pipeline/index.ts'
import { type Deployment, migrationSelector } from '../deployment.ts'

/**
 * A run that was cancelled or killed leaves its migration Job to finish. Nothing of the next deployment begins before:
 * it would meet a schema that is half way.
 */
export async function awaitLeftMigration(
  { config, settings, cluster }: Pick<Deployment, 'config' | 'settings' | 'cluster'>,
  step: StepContext,
): Promise<void> {
  if (!settings.migration.configured) return
  const left = await cluster.awaitLeftJobs({
    namespace: settings.namespace,
    labelSelector: migrationSelector(config.service),
    signal: step.signal,
    onWaiting: (names) => {
      step.log.info(`Waiting for a migration that an earlier run has left: Job ${names.join(', ')}.`)
    },
  })
  for (const { name, ended } of left) {
    const text = `Job ${name}, left by an earlier run: ${ended}.`
    if (ended === 'complete') step.log.info(text)
    else step.log.warn(text)
  }
}
