import type { Config } from '../../../config/config.ts'
import type { GitHubPermission, PermissionAnswer } from '../../../systems/github/ask-permission.ts'
import { type Access, type Check, isAsked } from '../access.ts'

/** What this run writes to GitHub. GitHub must never decide whether a deployment succeeds: all of it can be missing. */
export const githubCheck: Check = {
  id: 'github',
  stage: 'every stage',
  needs: 'the GitHub API',
  plan(config) {
    const asked = planPermissions(config).map(({ permission }) => `${permission}: write`)
    return { run: true, critical: false, summary: `does the job have ${asked.join(', ')}?` }
  },
  ask(config, { github }, step) {
    // At the same time, though GitHub asks for one write after another: a probe is a write that it refuses.
    return Promise.all(
      planPermissions(config).map(async (need) => {
        const answer =
          github === undefined ? noToken : await github.askPermission(need.permission, step.signal)
        return rowOf(config, need, answer)
      }),
    )
  },
}

interface Need {
  readonly permission: GitHubPermission
  readonly stage: string
  readonly consequence: string
}

const noToken: PermissionAnswer = { has: 'no', reason: 'there is no github-token' }

function planPermissions(config: Config): readonly Need[] {
  const deploys = config.deploy.configured && isAsked(config, 'deploy')
  const checks = deploys
    ? 'no check runs; what is found stands in the log as annotations; there is no ledger, so a rerun starts at the beginning'
    : 'no check runs; what is found stands in the log as annotations; there is no ledger, so a later call finds its gate closed'
  return [
    ...(config.mayDeploy
      ? [
          {
            permission: 'statuses',
            stage: 'every stage',
            consequence: `no commit status ${config.statusContext}`,
          } as const,
        ]
      : []),
    {
      permission: 'checks',
      stage: 'every stage',
      consequence: config.mayDeploy
        ? checks
        : 'no check runs; what is found stands in the log as annotations',
    },
    ...(deploys
      ? [
          {
            permission: 'deployments',
            stage: 'deploy',
            consequence: 'no deployment is shown on GitHub',
          } as const,
        ]
      : []),
  ]
}

function rowOf(config: Config, { permission, stage, consequence }: Need, answer: PermissionAnswer): Access {
  const row = {
    stage,
    needs: `${permission}: write`,
    has: answer.has,
    permission: { name: permission, level: 'write' },
  } as const
  if (answer.has === 'yes') return { ...row, detail: '', consequence: '' }
  const why = config.trigger.untrusted
  return { ...row, detail: why ?? answer.reason, consequence: `degraded: ${consequence}` }
}
