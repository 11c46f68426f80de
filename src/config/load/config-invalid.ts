import { StagegateError } from '../../errors/index.ts'
import type { Problem } from './problem.ts'

const MOST = 50

/** The error that lists everything that is wrong with a configuration file, each with file and line. */
export function configInvalid(path: string, problems: readonly Problem[]): StagegateError {
  const evidence = problems.slice(0, MOST).map((each) => `${path}:${each.line}: ${each.text}`)
  if (problems.length > MOST) evidence.push(`… and ${problems.length - MOST} more`)
  return new StagegateError('E_CONFIG_INVALID', {
    message: `${path} has ${problems.length} ${problems.length === 1 ? 'error' : 'errors'}.`,
    evidence,
    state: 'Nothing was started.',
  })
}
