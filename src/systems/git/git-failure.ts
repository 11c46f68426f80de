import { StagegateError } from '../../errors/index.ts'
import { cut } from '../../text/index.ts'

/** What a failed fetch or ls-remote was about: only `unavailable` may be better at the next try. */
export type GitFailure = 'access' | 'missing' | 'unavailable'

const MISSING =
  /couldn't find remote ref|not our ref|no such ref|reference is not a tree|unadvertised object/i

const ACCESS = new RegExp(
  [
    'authentication failed',
    'could not read (?:username|password)',
    'terminal prompts disabled',
    'repository .*not found',
    'does not appear to be a git repository',
    'returned error: 40[134]',
    'permission denied',
    'host key verification failed',
    'transport .* not allowed',
    'access denied',
  ].join('|'),
  'i',
)

/** Judges the text that Git wrote with `LC_ALL=C`. GitHub answers "not found" where it means "no access". Pure. */
export function classifyGitFailure(stderr: string): GitFailure {
  if (MISSING.test(stderr)) return 'missing'
  return ACCESS.test(stderr) ? 'access' : 'unavailable'
}

/** The lines of Git's standard error that say why, without progress and hints. Pure. */
export function gitReasons(stderr: string): readonly string[] {
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => /^(?:fatal|error|remote|ERROR|ssh)\b|: (?:command )?not found$/.test(line))
    .slice(0, 5)
    .map((line) => cut(line, 300))
}

/**
 * Git gives some files to a program of the repository's configuration (`filter.lfs`). Where that is missing, Git's own last
 * words speak of a remote end that hung up. Undefined for any other failure. Pure.
 */
export function explainMissingFilter(stderr: string): StagegateError | undefined {
  if (!/(?:clean|smudge) filter|filter-process|external filter|subprocess|remote end hung up/.test(stderr))
    return undefined
  const tool = /(?:^|[\s:])([\w.+-]+): (?:command )?not found$/m.exec(stderr)?.[1]
  if (tool === undefined) return undefined
  return new StagegateError('E_TOOL_MISSING', {
    message: `${tool} is not on the PATH, and Git needs it to read files of the checkout: a filter of its configuration names it.`,
    evidence: gitReasons(stderr),
    state: 'Nothing was built or deployed.',
    next: `Install ${tool} in a step before Stagegate, or in the image of the job container.`,
  })
}
