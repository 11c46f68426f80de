import type { StageResult } from '../pipeline/index.ts'
import { codeSpan, escapeInline, linkTo } from './escape-markdown.ts'
import { deploymentOf, type ReportedDeployment } from './kept.ts'
import { renderTable } from './table.ts'

const MAX_ROWS = 50

/** What a finished deployment changed in the cluster, and where the service is. */
export function renderChanges(stages: readonly StageResult[]): string {
  const deployment = deploymentOf(stages)
  if (deployment === undefined) return ''
  const { namespace, environment, environmentUrl, configCommit, schemaVersion, objects } = deployment
  const lines = [
    `Namespace ${codeSpan(namespace)} of ${escapeInline(environment)}, configurations of ${codeSpan(configCommit.slice(0, 12))}.`,
    ...(schemaVersion === undefined ? [] : [`The database is at version ${codeSpan(schemaVersion)}.`]),
    ...(environmentUrl === undefined ? [] : [`It answers at ${linkTo(environmentUrl)}.`]),
    countChanges(objects),
  ]
  const changed = objects.filter((object) => object.change !== 'unchanged')
  const rows = changed
    .slice(0, MAX_ROWS)
    .map((object) => [escapeInline(object.kind), codeSpan(object.name), object.change])
  const more = changed.length - rows.length
  return [
    '### What changed in the cluster',
    lines.join('\n'),
    ...(rows.length === 0 ? [] : [renderTable(['kind', 'name', 'change'], rows)]),
    ...(more > 0 ? [`${more} more are in the JSON report.`] : []),
  ].join('\n\n')
}

function countChanges(objects: ReportedDeployment['objects']): string {
  if (objects.every((object) => object.change === 'unchanged')) {
    return `Nothing: all ${objects.length} objects were as they should be.`
  }
  const counts = (['created', 'changed', 'recreated', 'unchanged'] as const).flatMap((change) => {
    const count = objects.filter((object) => object.change === change).length
    return count === 0 && change === 'recreated' ? [] : `${count} ${change}`
  })
  return `${objects.length} objects: ${counts.join(', ')}.`
}
