import type { Config } from '../../config/config.ts'
import { type Access, isAsked, type Permission } from './access.ts'
import { packagesOf } from './checks/registry.ts'

const ORDER: readonly Permission['name'][] = [
  'contents',
  'actions',
  'checks',
  'statuses',
  'deployments',
  'packages',
  'id-token',
]

/**
 * The `permissions` that the job needs for this run, with what is missing marked; undefined when nothing is. All of them,
 * because a job that names one permission loses every one that it does not name. Where this call is for some of the
 * stages, what others need of the same job is there too, and said to be theirs.
 */
export function renderPermissionsBlock(rows: readonly Access[], config: Config): string | undefined {
  const missing = new Set(rows.flatMap((row) => (row.has === 'no' ? (row.permission?.name ?? []) : [])))
  if (missing.size === 0) return undefined
  const own = rows.flatMap(({ permission }) => permission ?? [])
  const lines = ORDER.flatMap((name) => {
    const mine = own.find((each) => each.name === name)
    const other = needsOfOtherCalls(config).find((each) => each.permission.name === name)
    if (mine !== undefined) return `  ${name}: ${mine.level}${missing.has(name) ? ' # missing' : ''}`
    return other === undefined
      ? []
      : `  ${name}: ${other.permission.level} # where this job runs ${other.stage}`
  })
  return ['permissions:', ...lines, '  # and what else the job names already: other steps may need it'].join(
    '\n',
  )
}

/** What the configuration needs for stages that this call does not run. Logins are known to their own call alone. */
function needsOfOtherCalls(config: Config): readonly { stage: string; permission: Permission }[] {
  const { image, deploy } = config
  const packages = image.configured && !isAsked(config, 'image') ? packagesOf(image.repository) : {}
  return [
    ...(packages.permission === undefined ? [] : [{ stage: 'image', permission: packages.permission }]),
    ...(deploy.configured && !isAsked(config, 'deploy')
      ? [{ stage: 'deploy', permission: { name: 'deployments', level: 'write' } as const }]
      : []),
  ]
}
