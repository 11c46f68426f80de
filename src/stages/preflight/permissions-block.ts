import type { Access, Permission } from './access.ts'

const ORDER: readonly Permission['name'][] = [
  'contents',
  'checks',
  'statuses',
  'deployments',
  'packages',
  'id-token',
]

/**
 * The whole `permissions` of the job that this run needs, with what is missing marked; undefined when nothing is. Whole,
 * because a job that names one permission loses every one that it does not name.
 */
export function renderPermissionsBlock(rows: readonly Access[]): string | undefined {
  const missing = new Set(rows.flatMap((row) => (row.has === 'no' ? (row.permission?.name ?? []) : [])))
  if (missing.size === 0) return undefined
  const levels = new Map<string, string>([['contents', 'read']])
  for (const { permission } of rows)
    if (permission !== undefined) levels.set(permission.name, permission.level)
  const lines = ORDER.filter((name) => levels.has(name)).map(
    (name) => `  ${name}: ${levels.get(name) ?? ''}${missing.has(name) ? ' # missing' : ''}`,
  )
  return ['permissions:', ...lines].join('\n')
}
