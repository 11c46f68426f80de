import type { SemgrepReport } from '../../../findings/index.ts'
import type { CheckoutFiles } from '../../../systems/git/git.ts'
import { count, nameSome } from '../name-some.ts'

/** Semgrep's words for why a file was left out, in ours. Its other words are shown as they are. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['exceeded_size_limit', 'too large'],
  ['too_big', 'too large'],
  ['semgrepignore_patterns_match', "left out by semgrep's own list"],
  ['gitignore_patterns_match', 'ignored by Git'],
  ['insufficient_permissions', 'not readable'],
  ['nonexistent_file', 'not there'],
])

/**
 * What semgrep looked at, and what it did not: `41 files, 28 without a rule for them; left out: 1 too large (a.js)`. Every
 * tracked file is in one of the counts.
 */
export function describeCoverage(
  {
    scanned,
    paths,
    skipped,
    readInPart,
  }: Pick<SemgrepReport, 'scanned' | 'paths' | 'skipped' | 'readInPart'>,
  { tracked, submodules, untracked }: CheckoutFiles,
): string {
  const lookedAt = new Set(paths)
  const passedOver = skipped.filter(({ path }) => !lookedAt.has(path))
  const known = new Set([...paths, ...passedOver.map(({ path }) => path)])
  const without = tracked.filter((path) => !known.has(path)).length
  const leftOut = [
    ...groupByReason(passedOver),
    { why: count(submodules.length, 'submodule'), names: submodules },
    { why: `${untracked.length} not in the commit`, names: untracked },
  ].filter(({ names }) => names.length > 0)
  const parts = [
    `${count(scanned, 'file')}${without === 0 ? '' : `, ${without} without a rule for them`}`,
    leftOut.length === 0
      ? undefined
      : `left out: ${leftOut.map(({ why, names }) => `${why} (${nameSome(names)})`).join(', ')}`,
    readInPart.length === 0 ? undefined : `read in part: ${readInPart.length} (${nameSome(readInPart)})`,
  ]
  return parts.filter((part) => part !== undefined).join('; ')
}

function groupByReason(skipped: SemgrepReport['skipped']): { why: string; names: readonly string[] }[] {
  const groups = new Map<string, string[]>()
  for (const { path, reason } of skipped) {
    const word = reasons.get(reason) ?? reason.replaceAll('_', ' ')
    groups.set(word, [...(groups.get(word) ?? []), path])
  }
  return [...groups].map(([word, names]) => ({ why: `${names.length} ${word}`, names }))
}
