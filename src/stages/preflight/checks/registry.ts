import { settleAll } from '../../settle.ts'
import { type Access, type Check, isAsked, missing, type Permission, tryAccess } from '../access.ts'

/** The right to push: an upload is started and cancelled. The tool that builds the image is asked for its version. */
export const registryCheck: Check = {
  id: 'registry',
  stage: 'image',
  needs: 'push to the registry',
  plan(config) {
    const { image } = config
    if (!image.configured) return { run: false, reason: image.reason }
    if (!isAsked(config, 'image')) return { run: false, reason: 'this call builds no image' }
    return { run: true, summary: `may this login push to ${image.repository}?` }
  },
  async ask({ image }, systems, step) {
    if (!image.configured) return []
    const { repository } = image
    const [docker, registry] = await settleAll([systems.docker(), systems.registry()])
    const push = { stage: 'image', needs: `push to ${repository}`, ...packagesOf(repository) }
    const [builder, pushed] = await settleAll([
      tryAccess({ stage: 'image', needs: 'docker buildx' }, step.signal, async () => {
        const { buildx } = await docker.check(step.signal)
        step.fact('buildx', buildx)
        return `buildx ${buildx} answers`
      }),
      tryAccess(push, step.signal, async () => {
        await registry.checkPush(repository, step.signal)
        return 'an upload was begun and cancelled'
      }),
    ])
    return [builder, explainPackages(pushed)]
  },
}

/** GitHub's own registry takes the job's token, whose right is a permission of the job. */
export function packagesOf(repository: string): { readonly permission?: Permission } {
  return repository.startsWith('ghcr.io/') ? { permission: { name: 'packages', level: 'write' } } : {}
}

/** GHCR says only "denied": which of its causes it is, people have to look up. */
function explainPackages(row: Access): Access {
  if (row.permission === undefined || row.error?.code !== 'E_REGISTRY_DENIED') return row
  const error = row.error.with({
    evidence: [
      'Either the job lacks packages: write, or the package exists and does not let this repository write.',
    ],
    next: 'Add packages: write to the permissions of the job; if it is there, open the settings of the package and give this repository the role Write (Manage Actions access).',
  })
  return missing(row, error)
}
