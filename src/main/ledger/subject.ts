import { createHash } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { version } from '../version.ts'

/** What every pass of a call is bound to. The same content, asked for in the same way, and nothing else. */
export interface LedgerSubject {
  readonly service: string
  /** From the root of the checkout; empty for the root itself. */
  readonly folder: string
  /** What was built: on a pull request the merge commit. 40 hex digits. */
  readonly commit: string
  /** The tree of the commit. 40 hex digits. */
  readonly tree: string
  /** The digest of the configuration as it was read. */
  readonly configuration: string
  /** The version of Stagegate: its parsers, its gates, and the arguments that it gives to scanners. */
  readonly release: string
}

/** Name → version of every tool that a stage ran with, and the platform: `{ node: 'v24.1.0', platform: 'linux/x64' }`. */
export type ToolVersions = Readonly<Record<string, string>>

/** Every check run of ours starts with it. */
export const EXTERNAL_ID_PREFIX = 'stagegate:'

/** The form of what the digest is made of; another one makes every older pass another one's. */
const FORMAT = 2

/** @param tree the tree of the commit */
export function subjectOf(config: Config, tree: string): LedgerSubject {
  const { service, folder, trigger, digest } = config
  return { service, folder, commit: trigger.commit, tree, configuration: digest, release: version }
}

/**
 * The key of a stage's check run: `stagegate:<stage>:<digest of what the stage depends on>`. The digest is the first 128
 * bits of SHA-256 over each part of the subject, the stage, and the versions of the tools that it ran with. docs/github.md
 * names them.
 */
export function externalIdOf(subject: LedgerSubject, stage: string, tools: ToolVersions): string {
  const { service, folder, commit, tree, configuration, release } = subject
  const versions = Object.entries(tools).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const identity = [FORMAT, service, folder, commit, tree, configuration, release, stage, versions]
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32)
  return `${EXTERNAL_ID_PREFIX}${stage}:${digest}`
}
