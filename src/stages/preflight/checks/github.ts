import type { Config } from '../../../config/config.ts'
import type { GitHubPermission, PermissionAnswer } from '../../../systems/github/ask-permission.ts'
import { type Access, type Check, isAsked, type Permission } from '../access.ts'

/** What this run writes to GitHub, and reads there of other runs. GitHub must never decide whether a deployment succeeds: all of it can be missing. */
export const githubCheck: Check = {
  id: 'github',
  stage: 'every stage',
  needs: 'the GitHub API',
  plan(config) {
    const asked = planPermissions(config).map(needOf)
    return { run: true, critical: false, summary: `does the job have ${asked.join(', ')}?` }
  },
  async ask(config, { github }, step) {
    // At the same time, though GitHub asks for one write after another: a probe is a write that it refuses.
    const asked = planPermissions(config).map(async (need) => {
      const answer = github === undefined ? noToken : await github.askPermission(need.permission, step.signal)
      return rowOf(config, need, answer)
    })
    return [contents, ...(await Promise.all(asked))]
  },
}

/** The checkout, and with it the configuration, is there before anything is asked. */
const contents: Access = {
  stage: 'checkout',
  needs: 'contents: read',
  has: 'yes',
  detail: 'the commit is in the workspace',
  consequence: '',
  permission: { name: 'contents', level: 'read' },
}

interface Need {
  readonly permission: GitHubPermission
  readonly stage: string
  readonly consequence: string
}

const noToken: PermissionAnswer = { has: 'no', reason: 'there is no github-token' }

function planPermissions(config: Config): readonly Need[] {
  const deploys = config.deploy.configured && isAsked(config, 'deploy')
  const readsRuns = config.trigger.untrusted === undefined && (config.selection.from !== 'start' || deploys)
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
    ...(readsRuns
      ? [
          {
            permission: 'actions',
            stage: 'every stage',
            consequence:
              'only this run’s own passes count, and what a run that died has left on GitHub stays as it is',
          } as const,
        ]
      : []),
  ]
}

function levelOf(permission: GitHubPermission): Permission['level'] {
  return permission === 'actions' ? 'read' : 'write'
}

function needOf({ permission }: Need): string {
  return `${permission}: ${levelOf(permission)}`
}

function rowOf(config: Config, need: Need, answer: PermissionAnswer): Access {
  const { permission, stage, consequence } = need
  const row = {
    stage,
    needs: needOf(need),
    has: answer.has,
    permission: { name: permission, level: levelOf(permission) },
  } as const
  if (answer.has === 'yes') return { ...row, detail: '', consequence: '' }
  const why = config.trigger.untrusted
  return { ...row, detail: why ?? answer.reason, consequence: `degraded: ${consequence}` }
}
