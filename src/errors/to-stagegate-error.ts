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
    message: `${error.name}: ${messageOf(error)}`,
    // Only where it was: the message may have several lines, too.
    evidence: (error.stack ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at '))
      .slice(0, 7),
    cause: thrown,
  })
}

/** What parsers say of a text quotes a part of it, which may be half a secret. */
function messageOf(error: Error): string {
  return error instanceof SyntaxError ? 'a text is not in the form that it should have' : error.message
}

function isNoSpace(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC'
}
