import { createHash } from 'node:crypto'

import { clipText } from './limits.ts'
import type { Severity } from './severity.ts'

/** One thing that a tool said about the code, the dependencies or the running service. */
export interface Finding {
  /** The tool's own name: `eslint`, `tsc`, `semgrep`, `osv-scanner`. */
  readonly tool: string
  /** The rule's id as the tool names it: `no-eval`, `TS2322`, `GHSA-35jh-r3h4-6jhm`. */
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  /** Relative to the workspace, with `/`; without it the finding has no place in the code. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  readonly endLine?: number
  /** Page that explains the rule. */
  readonly url?: string
  /** Other ids of the same thing, such as the CVE of a GHSA. */
  readonly aliases?: readonly string[]
  /** 32 hex digits; the same for the same finding on another line, so that a list of known ones survives edits. */
  readonly fingerprint: string
}

type Required = 'tool' | 'rule' | 'severity' | 'message'

/** A finding as a parser reads it, before it is checked. */
export type FindingDraft = Pick<Finding, Required> & {
  readonly [Key in Exclude<keyof Finding, Required | 'fingerprint'>]?: Finding[Key] | undefined
}

/** The finding of a draft: texts clipped, impossible positions dropped, with its fingerprint. */
export function createFinding(draft: FindingDraft): Finding {
  const tool = clipText(draft.tool)
  const rule = clipText(draft.rule)
  const message = clipText(draft.message)
  const line = draft.file === undefined ? undefined : position(draft.line)
  const column = line === undefined ? undefined : position(draft.column)
  const endLine = line === undefined ? undefined : position(draft.endLine)
  return {
    tool,
    rule,
    severity: draft.severity,
    message,
    ...(draft.file === undefined ? {} : { file: draft.file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(line === undefined || endLine === undefined || endLine < line ? {} : { endLine }),
    ...(draft.url === undefined || !/^https?:\/\//.test(draft.url) ? {} : { url: clipText(draft.url) }),
    ...(draft.aliases === undefined || draft.aliases.length === 0 ? {} : { aliases: draft.aliases }),
    fingerprint: fingerprint([tool, rule, draft.file ?? '', message]),
  }
}

/** A finding in one line: `src/a.ts:3:5: no-eval: eval runs text as code`. */
export function renderFinding(finding: Finding): string {
  const place = [finding.file, finding.line, finding.column].filter((part) => part !== undefined).join(':')
  const text = finding.message.split('\n', 1)[0] ?? ''
  return `${place === '' ? '' : `${place}: `}${finding.severity} ${finding.rule}: ${text}`
}

function position(value: number | undefined): number | undefined {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value < 2 ** 31 ? value : undefined
}

function fingerprint(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
}
