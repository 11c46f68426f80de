import type { Config } from '../../config/config.ts'
import type { Systems } from '../systems.ts'

const MAX_BYTES = 1024 * 1024

/**
 * Files with settings of the scan that the commit itself changed: the part `scan` of the configuration, rules, and
 * `schemathesis.toml`. A reader of the result should look at them: the same commit may bring what they no longer find.
 * Empty where the checkout has no parent of the commit to compare with, as one of depth 1.
 *
 * @returns paths relative to the workspace, sorted
 */
export async function findChangedSettings(
  { workspace, scan }: Pick<Config, 'workspace' | 'scan'>,
  { git, files }: Pick<Systems, 'git' | 'files'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { sast, dast, file } = scan
  // As they are, whatever is in their names; a name of semgrep's registry, such as p/ci, is no file and matches none.
  const pathspecs = [
    ...(sast.configured && isPath(sast.config) ? [`:(literal)${sast.config}`] : []),
    ...(dast.configured ? [':(literal)schemathesis.toml'] : []),
    ...(file === undefined ? [] : [`:(literal)${file}`]),
  ]
  if (pathspecs.length === 0) return []
  const changed = await git.changedInCommit(workspace, pathspecs, signal)
  if (changed === undefined) return []
  if (file === undefined || !changed.includes(file)) return changed.toSorted()
  const [before, now] = await Promise.all([
    git.readAtParent(workspace, file, signal),
    files.read(workspace, file, { maxBytes: MAX_BYTES }),
  ])
  const isSame = scanPart(before ?? '') === scanPart(now ?? '')
  return changed.filter((path) => path !== file || !isSame).toSorted()
}

function isPath(config: string): boolean {
  return !/^(?:[a-z]+:|\/|\.\.(?:\/|$))/i.test(config)
}

/** The lines of the key `scan` of a configuration, comments with them: text is enough to say that something changed. */
export function scanPart(text: string): string {
  const lines = text.split(/\r?\n/)
  const begin = lines.findIndex((line) => /^["']?scan["']?[ \t]*:/.test(line))
  if (begin === -1) return ''
  const length = lines.slice(begin + 1).findIndex((line) => /^[^\s#]/.test(line))
  return lines
    .slice(begin, length === -1 ? undefined : begin + 1 + length)
    .join('\n')
    .trimEnd()
}
