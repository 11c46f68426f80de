import type { Config } from '../../config/config.ts'
import type { StoredCheck } from '../../systems/github/github.ts'
import { type EntryText, parseEntryText, parseOutput } from './entry-text.ts'
import { externalIdOf, type LedgerSubject } from './subject.ts'

/** Who writes a workflow's check runs; those of any other app are not believed. */
const APP = 'github-actions'

/** A check run that says of a stage that it passed, for this very subject. Who wrote it is still to be proved. */
export interface ClaimedPass {
  readonly stage: string
  readonly entry: EntryText
  readonly output: object
}

/**
 * The passes that a commit's check runs claim: for each stage the newest check run of its key, when it is a success. A
 * key is recomputed from what the check says of its tools, so an edited text, or one copied from another commit, tree,
 * configuration or stage, has another key than its check. Pure.
 */
export function judgePasses(
  checks: readonly StoredCheck[],
  subject: LedgerSubject,
  config: Config,
  stages: readonly string[],
): readonly ClaimedPass[] {
  const own = checks
    .filter((check) => check.app === APP && check.commit === config.trigger.headCommit)
    .map((check) => ({ check, entry: parseEntryText(check.text) }))
    .toSorted((one, other) => newestFirst(one.check, other.check))
  return stages.flatMap((stage) => {
    const ofStage = own.filter(({ entry }) => entry?.stage === stage)
    const keys = new Set(ofStage.map(({ entry }) => entry && externalIdOf(subject, stage, entry.tools)))
    // A check that was taken over keeps its key and loses its text: it counts against the pass that had the key.
    const newest = own.find(({ check }) => keys.has(check.externalId))
    if (newest?.entry === undefined) return []
    const { check, entry } = newest
    if (check.externalId !== externalIdOf(subject, stage, entry.tools) || entry.stage !== stage) return []
    if (check.status !== 'completed' || check.conclusion !== 'success') return []
    const output = parseOutput(entry, config)
    return output === undefined ? [] : [{ stage, entry, output }]
  })
}

function newestFirst(one: StoredCheck, other: StoredCheck): number {
  // One that is running again has no time, and is newer than any that ended.
  const time = ({ completedAt }: StoredCheck): string => completedAt ?? '9'
  return time(other).localeCompare(time(one)) || other.id - one.id
}
