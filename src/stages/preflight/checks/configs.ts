import { type Check, isAsked, tryAccess, unlessUnknownHere } from '../access.ts'

/** Whether the repository of the deployment configurations can be read, and has the ref. */
export const configsCheck: Check = {
  id: 'configs',
  stage: 'deploy',
  needs: 'the deployment configurations',
  plan(config) {
    const { deploy } = config
    if (!deploy.configured) return { run: false, reason: deploy.reason }
    if (!isAsked(config, 'deploy')) return { run: false, reason: 'this call does not deploy' }
    const { configs } = deploy
    if (!configs.configured) return { run: false, reason: configs.reason }
    if (configs.repository === undefined)
      return { run: false, reason: 'the configurations are in this repository' }
    return { run: true, summary: `can ${configs.repository.name} be read at ${configs.repository.ref}?` }
  },
  async ask(config, { git, files }, step) {
    const { deploy } = config
    const repository = deploy.configured && deploy.configs.configured ? deploy.configs.repository : undefined
    if (repository === undefined) return []
    const { name, ref } = repository
    const row = { stage: 'deploy', needs: `read ${name} at ${ref}` }
    const tried = await tryAccess(row, step.signal, async () => {
      const folder = await files.makeFolder('configs-asked')
      const { commit } = await git.resolveAt({ repository: name, ref, folder, signal: step.signal })
      return `it is ${commit.slice(0, 12)} now`
    })
    return [unlessUnknownHere(tried, config, 'configs')]
  },
}
