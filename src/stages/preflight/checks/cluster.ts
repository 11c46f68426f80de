import { StagegateError } from '../../../errors/index.ts'
import { settleAll } from '../../settle.ts'
import { type Check, isAsked, tryLogin, unknownHere } from '../access.ts'
import { neededAccess } from '../needed-access.ts'

/** A login to the cluster, and its own answer about each right that the deployment needs. */
export const clusterCheck: Check = {
  id: 'cluster',
  stage: 'deploy',
  needs: 'access to the cluster',
  plan(config) {
    const { deploy } = config
    if (!deploy.configured) return { run: false, reason: deploy.reason }
    if (!isAsked(config, 'deploy')) return { run: false, reason: 'this call does not deploy' }
    return { run: true, summary: `may this login deploy to namespace ${deploy.namespace}?` }
  },
  async ask(config, systems, step) {
    const { deploy } = config
    if (!deploy.configured) return []
    const { namespace } = deploy
    const accesses = neededAccess(deploy)
    const row = { stage: 'deploy', needs: `${accesses.length} rights in namespace ${namespace}` }
    const unknown = unknownHere(row, config, 'cluster', 'KUBECONFIG')
    if (unknown !== undefined) return [unknown]
    return [
      await tryLogin(row, config, systems.idToken.usedFor.includes('kubernetes'), step.signal, async () => {
        const kubernetes = await systems.kubernetes()
        const cluster = await kubernetes.connect(step.signal)
        const [version, lacked] = await settleAll([
          cluster.version(step.signal),
          cluster.lackedAccess(accesses, step.signal),
        ])
        step.fact('version', version)
        if (lacked.length === 0) return `Kubernetes ${version} grants them all`
        throw new StagegateError('E_KUBE_FORBIDDEN', {
          message: `The login lacks ${lacked.length} of the rights that a deployment to ${namespace} needs.`,
          evidence: lacked,
          state: 'Nothing was built or deployed.',
        })
      }),
    ]
  },
}
