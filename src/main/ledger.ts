import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { Ledger, LedgerEntry, StageResult } from '../pipeline/index.ts'
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

/** Stages that hand something over to later ones; the others leave only their pass. */
const handedOver: Readonly<Record<string, readonly string[]>> = { image: ['repository', 'digest', 'tags'] }

/** The text of a check run that a later call reads its ledger from. */
export function renderLedgerText(stage: StageResult): string {
  const output = stage.result.status === 'success' ? (stage.result.output as Record<string, unknown>) : {}
  const kept = Object.fromEntries((handedOver[stage.id] ?? []).map((key) => [key, output[key]]))
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
      .filter((check) => check.externalId === externalId && check.app === APP)
      .sort(
        (one, other) => (other.completedAt ?? '').localeCompare(one.completedAt ?? '') || other.id - one.id,
      )[0]
    if (newest?.conclusion !== 'success') continue
    const output = parseLedgerText(newest.text, stage)
    if (output !== undefined) ledger.set(stage, { output, from: describeRun(newest.detailsUrl) })
  }
  return ledger
}

function parseLedgerText(text: string, stage: string): unknown {
  const json = /^```json\n(.*)\n```$/s.exec(text)?.[1]
  if (json === undefined) return undefined
  try {
    const parsed = JSON.parse(json) as { stage?: unknown; output?: unknown }
    return parsed.stage === stage && typeof parsed.output === 'object' && parsed.output !== null
      ? parsed.output
      : undefined
  } catch {
    return undefined
  }
}

/** `run 123, attempt 2` from the page that a check links to. */
function describeRun(url: string): string {
  const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?/.exec(url) ?? []
  if (run === undefined) return 'an earlier run'
  return attempt === undefined ? `run ${run}` : `run ${run}, attempt ${attempt}`
}
