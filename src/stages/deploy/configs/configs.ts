import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Configs, Deployment } from '../deployment.ts'
import { readMigrations } from '../migration/read-migrations.ts'

type Source = Pick<Deployment, 'config' | 'settings' | 'systems'>

/**
 * The deployment's files, from the service's own commit or from another repository at a ref that is resolved once.
 *
 * @throws StagegateError E_CONFIG_GIT_*, E_CONFIG_REF_MISSING, E_CONFIG_INVALID, E_PATH_OUTSIDE, E_MIGRATION_FILES
 */
export async function fetchConfigs(deployment: Source, step: StepContext): Promise<Configs> {
  const { root, commit } = await fetchFolder(deployment, step)
  const { migration } = deployment.settings
  const migrations = migration.configured
    ? await readMigrations(deployment.systems.files, root, migration.locations)
    : []
  return { root, commit, migrations }
}

async function fetchFolder(deployment: Source, step: StepContext): Promise<Omit<Configs, 'migrations'>> {
  const { settings, systems, config } = deployment
  const repository = settings.configs.configured ? settings.configs.repository : undefined
  if (repository === undefined) {
    step.log.info(`The deployment's files are the service's own, at ${config.trigger.commit}.`)
    return { root: config.workspace, commit: config.trigger.commit }
  }
  const folder = await systems.files.makeFolder('configs')
  const { commit } = await systems.git.cloneAt({
    repository: repository.name,
    ref: repository.ref,
    folder,
    signal: step.signal,
  })
  step.fact('configs', `${repository.name}@${commit.slice(0, 12)}`)
  step.log.info(`${repository.name} at ${repository.ref} is ${commit}.`)
  // What is later read "inside the root" is held to this folder, so it must itself be inside the clone.
  const root = await systems.files.realFolder(folder, repository.path)
  if (root === undefined) {
    throw new StagegateError('E_CONFIG_INVALID', {
      message: `${repository.name} has no folder ${repository.path} at ${repository.ref}.`,
      state: 'Nothing was applied to the cluster.',
      next: 'Correct deploy.configs.path.',
    })
  }
  return { root, commit }
}
