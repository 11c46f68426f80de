import { relative, sep } from 'node:path'

const SCANNED = /^Scanned (.+) file and found 0 packages$/gm

/**
 * Lock files that osv-scanner read and that name no dependency, relative to the workspace. Its report lists those with
 * packages only, so its log is what shows that it looked.
 *
 * @param log osv-scanner's standard error
 */
export function findEmptyLockFiles(log: string, workspace: string): readonly string[] {
  // One that could not be read is not empty.
  if (log.includes('Error during extraction')) return []
  return [...log.matchAll(SCANNED)]
    .map((match) =>
      relative(workspace, match[1] ?? '')
        .split(sep)
        .join('/'),
    )
    .filter((path) => path !== '' && !path.startsWith('../'))
}

const FILTERED = /^Filtered (\d+) local\/unscannable package/m

/**
 * How many packages osv-scanner passed over, because they have no version, or are of no ecosystem that a database knows.
 *
 * @param log osv-scanner's standard error
 */
export function countUnscannable(log: string): number {
  return Number(FILTERED.exec(log)?.[1] ?? 0)
}
