import { StagegateError } from './stagegate-error.ts'

/** What was thrown, as an error with a code: what was not thrown on purpose is a bug of ours, with its stack as evidence. */
export function toStagegateError(thrown: unknown): StagegateError {
  if (thrown instanceof StagegateError) return thrown
  if (isNoSpace(thrown)) {
    return new StagegateError('E_DISK_FULL', {
      message: `The disk is full: ${thrown.message}.`,
      cause: thrown,
    })
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  return new StagegateError('E_INTERNAL', {
    message: `${error.name}: ${error.message}`,
    evidence: (error.stack ?? '')
      .split('\n')
      .slice(1, 8)
      .map((line) => line.trim()),
    cause: thrown,
  })
}

function isNoSpace(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC'
}
