import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { Ledger, LedgerEntry, StageResult } from '../pipeline/index.ts'
import { imageOf, type ReportedImage } from '../report/kept.ts'
import type { StoredCheck } from '../systems/github/github.ts'

/** Every check run of ours starts with it. */
export const EXTERNAL_ID_PREFIX = 'stagegate:'

/** Who writes a workflow's check runs; those of any other app are not believed. */
const APP = 'github-actions'

/**
 * What a stage's pass stands for: `stagegate:<stage>:<digest of service, commit and configuration>`. A commit determines
 * its tree, so another content is another digest.
 */
export function externalIdOf(config: Config, stage: string): string {
  const identity = JSON.stringify([1, config.service, config.trigger.commit, config.digest, stage])
  return `${EXTERNAL_ID_PREFIX}${stage}:${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`
}

/** The text of a check run that a later call reads its ledger from: the pass, and what it hands over. */
export function renderLedgerText(stage: StageResult): string {
  const output = stage.result.status === 'success' && stage.id === 'image' ? imageOf([stage]) : undefined
  const kept =
    output === undefined ? {} : { repository: output.repository, digest: output.digest, tags: output.tags }
  return `\`\`\`json\n${JSON.stringify({ stage: stage.id, output: kept })}\n\`\`\``
}

/** The passes that a commit's check runs stand for: the newest of each stage, when it is a success of our own. Pure. */
export function readLedger(
  checks: readonly StoredCheck[],
  config: Config,
  stages: readonly string[],
): Ledger {
  const ledger = new Map<string, LedgerEntry>()
  for (const stage of stages) {
    const externalId = externalIdOf(config, stage)
    const newest = checks
      .filter(
        (check) =>
          check.externalId === externalId && check.app === APP && check.commit === config.trigger.headCommit,
      )
      .sort(newestFirst)[0]
    if (newest?.status !== 'completed' || newest.conclusion !== 'success') continue
    const output = parseLedgerText(newest.text, stage, config)
    if (output !== undefined) ledger.set(stage, { output, from: describeRun(newest.detailsUrl) })
  }
  return ledger
}

function newestFirst(one: StoredCheck, other: StoredCheck): number {
  return (other.completedAt ?? '').localeCompare(one.completedAt ?? '') || other.id - one.id
}

/** What an earlier pass hands over; undefined when the text is not one that `renderLedgerText` makes for the stage. */
function parseLedgerText(text: string, stage: string, config: Config): object | undefined {
  const json = /^```json\n(.*)\n```$/.exec(text)?.[1]
  if (json === undefined) return undefined
  try {
    const parsed = JSON.parse(json) as { stage?: unknown; output?: unknown } | null
    if (parsed?.stage !== stage || typeof parsed.output !== 'object' || parsed.output === null)
      return undefined
    return stage === 'image' ? parseImage(parsed.output, config) : {}
  } catch {
    return undefined
  }
}

/** An image is believed only in the repository that this configuration pushes to; that it is still there is asked later. */
function parseImage(output: object, config: Config): ReportedImage | undefined {
  const { repository, digest, tags } = output as Readonly<Record<string, unknown>>
  if (!config.image.configured || repository !== config.image.repository) return undefined
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined
  if (!Array.isArray(tags) || !tags.every((tag): tag is string => typeof tag === 'string')) return undefined
  return { repository, digest, tags }
}

/** `run 123, attempt 2` from the page that a check links to. */
function describeRun(url: string): string {
  const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?/.exec(url) ?? []
  if (run === undefined) return 'an earlier run'
  return attempt === undefined ? `run ${run}` : `run ${run}, attempt ${attempt}`
}
