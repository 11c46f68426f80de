import { StagegateError } from '../../../errors/index.ts'
import { type Check, isAsked, missing } from '../access.ts'

/** The runner offers OIDC tokens only to a job that was granted `id-token: write`: nothing has to be sent to know it. */
export const idTokenCheck: Check = {
  id: 'id-token',
  stage: 'deploy',
  needs: 'id-token: write',
  plan(config) {
    const { deploy } = config
    if (!deploy.configured) return { run: false, reason: deploy.reason }
    if (!isAsked(config, 'deploy')) return { run: false, reason: 'this call does not deploy' }
    return { run: true, summary: 'does the runner give OIDC tokens to this job?' }
  },
  ask({ deploy }, { idToken }, step) {
    if (!deploy.configured) return Promise.resolve([])
    const users = [
      ...(deploy.secrets.configured && idToken.usedFor.includes('vault') ? ['Vault'] : []),
      ...(idToken.usedFor.includes('kubernetes') ? ['the cluster'] : []),
    ]
    if (users.length === 0) {
      step.log.info('No login of this run uses an OIDC token.')
      return Promise.resolve([])
    }
    const row = {
      stage: 'deploy',
      needs: `id-token: write, for the login to ${users.join(' and ')}`,
      permission: { name: 'id-token', level: 'write' },
    } as const
    if (idToken.available) {
      return Promise.resolve([
        { ...row, has: 'yes', detail: 'the runner offers OIDC tokens', consequence: '' },
      ])
    }
    return Promise.resolve([
      missing(
        row,
        new StagegateError('E_OIDC_NOT_AVAILABLE', {
          message: `The job cannot ask for an OIDC token, which the login to ${users.join(' and ')} needs.`,
          state: 'Nothing was built or deployed.',
        }),
      ),
    ])
  },
}
