import { StagegateError } from '../../../errors/index.ts'
import type { FieldConflict } from './parse-conflicts.ts'

export function conflictError(title: string, conflicts: readonly FieldConflict[]): StagegateError {
  const managers = [...new Set(conflicts.map((each) => `"${each.manager}"`))].join(', ')
  const scaled = conflicts.some((each) => each.field === '.spec.replicas')
  return new StagegateError('E_FIELD_CONFLICT', {
    message: `${title}: ${managers} owns ${conflicts.length === 1 ? 'a field' : `${conflicts.length} fields`} that the manifest sets.`,
    evidence: conflicts.map(({ field, manager }) => `${title}: ${field} is owned by "${manager}"`),
    ...(scaled
      ? { next: 'Leave spec.replicas out of the manifest: something else scales this workload.' }
      : {}),
  })
}
