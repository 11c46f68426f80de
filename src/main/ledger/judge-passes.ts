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

/**
 * The other apps that have written passes of this very subject: those of a run whose `github-token` is not the job's own.
 * They do not count, which would otherwise look as if nothing had passed. Pure.
 */
export function findOtherApps(checks: readonly StoredCheck[], subject: LedgerSubject): readonly string[] {
  const apps = checks
    .filter((check) => check.app !== APP && check.conclusion === 'success')
    .filter(({ text, externalId }) => {
      const entry = parseEntryText(text)
      return entry !== undefined && externalIdOf(subject, entry.stage, entry.tools) === externalId
    })
    .map(({ app }) => (app === '' ? 'an app without a name' : app))
  return [...new Set(apps)]
}

function newestFirst(one: StoredCheck, other: StoredCheck): number {
  // One that is running again has no time, and is newer than any that ended.
  const time = ({ completedAt }: StoredCheck): string => completedAt ?? '9'
  return time(other).localeCompare(time(one)) || other.id - one.id
}
