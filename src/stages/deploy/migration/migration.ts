import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { type Configs, type Deployment, migrationSelector } from '../deployment.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { findCredentialKeys, flywayJob } from './flyway-job.ts'
import { parseFlyway } from './parse-flyway.ts'

export interface MigrationOutput {
  readonly applied: number
  readonly version: string | undefined
}

/** Errors after which the Job is gone, or ends by its own deadline. */
const ENDED: readonly string[] = ['E_MIGRATION_POD', 'E_MIGRATION_TIMEOUT']

/** Runs the migration Job to its end, its log live. What it did is never undone by itself. */
export async function runMigration(
  deployment: Deployment,
  configs: Configs,
  secrets: Secrets,
  step: StepContext,
): Promise<MigrationOutput | undefined> {
  const { settings, config, cluster } = deployment
  const { migration } = settings
  if (!migration.configured) return undefined
  const variables = secrets.variables.get('migration') ?? {}
  if (findCredentialKeys(variables) === undefined) {
    throw new StagegateError('E_SECRET_DESTINATION', {
      message:
        'The migration has no credentials: neither FLYWAY_USER and FLYWAY_PASSWORD nor DB_USER and DB_PASSWORD go to it.',
      state: 'The database was not changed.',
      next: 'Add an entry to deploy.secrets with to: { env: { username: DB_USER, password: DB_PASSWORD }, steps: [migration] }.',
    })
  }
  const files = configs.migrations
  const { job, owned } = flywayJob({
    service: config.service,
    namespace: settings.namespace,
    commit: config.trigger.commit,
    image: migration.image,
    url: migration.url,
    files,
    variables,
    timeoutMs: migration.timeoutMs,
  })
  step.log.info(`Job ${job.metadata.name}: ${files.length} files from ${migration.locations}`)
  let hasEnded = (): void => undefined
  const result = await cluster
    .runJob(
      { object: job, source: 'deploy.migration' },
      {
        owned,
        signal: step.signal,
        onLog: (chunk) => {
          step.log.child(chunk)
        },
        onStart() {
          hasEnded = deployment.migrationRuns(job.metadata.name, secrets.leases.get('migration') ?? [])
        },
      },
    )
    .catch((thrown: unknown) => {
      // After anything else the Job goes on: a cancel, a lost lock, a cluster that does not answer.
      if (thrown instanceof StagegateError && ENDED.includes(thrown.code)) hasEnded()
      throw thrown
    })
  hasEnded()
  await removeOldJobs(deployment, migration.keep, step)
  const said = parseFlyway(result.log)
  if (!result.succeeded) {
    throw new StagegateError(said.checksumMismatch ? 'E_MIGRATION_CHECKSUM' : 'E_MIGRATION_FAILED', {
      message: said.checksumMismatch
        ? 'A migration that was applied before has been changed since.'
        : `The migration failed: ${said.cause ?? `Job ${job.metadata.name} ended without saying why`}.`,
      evidence: [...said.error, ...result.evidence],
      state: `The schema is at version ${said.version ?? 'unknown'}; a migration is never undone by itself.`,
    })
  }
  if (result.already) step.log.info('This commit was migrated before; nothing was run.')
  step.fact('schema', said.version ?? 'unknown')
  step.fact('applied', result.already ? '0, done before' : String(said.applied))
  return { applied: result.already ? 0 : said.applied, version: said.version }
}

/** Each commit has a Job with a Secret and ConfigMaps of its own: what is known of the old ones is in their reports. */
async function removeOldJobs(
  { cluster, config, settings }: Deployment,
  keep: number,
  { log, signal }: StepContext,
): Promise<void> {
  try {
    const removed = await cluster.removeEndedJobs({
      namespace: settings.namespace,
      labelSelector: migrationSelector(config.service),
      keep,
      signal,
    })
    if (removed.length > 0) log.info(`Removed ${removed.length} older migration Jobs with what they owned.`)
  } catch (thrown) {
    signal.throwIfAborted()
    log.warn(`Older migration Jobs were not removed: ${toStagegateError(thrown).message}`)
  }
}
