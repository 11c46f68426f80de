import { join } from 'node:path'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Configs, Deployment } from '../deployment.ts'

/** The deployment's files, from the service's own commit or from another repository at a ref that is resolved once. */
export async function fetchConfigs(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems'>,
  step: StepContext,
): Promise<Configs> {
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
  return { root: join(folder, repository.path), commit }
}
