import { StagegateError } from '../errors/index.ts'
import { cut } from '../text/index.ts'

/** Reports come from the commit's own commands, so each has bounds (threats T12 and T13). Sizes in bytes. */
export const MAX_REPORT_BYTES = 200 * 1024 * 1024
/** A JSON report is parsed as a whole and must fit in memory. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024
/** Characters of any one text that is kept. */
export const MAX_TEXT = 64 * 1024
export const MAX_DEPTH = 64
export const MAX_CASES = 1_000_000
/** Findings kept of one report or one command's output. */
export const MAX_FINDINGS = 10_000

/** What a terminal would obey or what no text has: colours and cursor movements, then control characters. */

const escapes = /\u001b\[[0-?]{0,64}[ -/]{0,8}[@-~]/g

const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/g

/**
 * A text as it is kept: without terminal escapes and control characters, well-formed, not longer than 64 Ki characters.
 * It is a copy: a slice would keep the whole piece of the report that it came from in memory.
 */
export function clipText(text: string, length = MAX_TEXT): string {
  const clean = cut(text, length)
    .replace(escapes, '')
    .replace(/\r\n?/g, '\n')
    .replace(controls, '\ufffd')
    .trim()
  return Buffer.from(clean).toString()
}

/** The lines of a text without terminal escapes, their indentation kept; one that was written over counts as a line. */
export function plainLines(text: string): readonly string[] {
  return text.replace(escapes, '').split(/[\r\n]/)
}

/** The error for a report that cannot be believed. */
export function unreadableReport(source: string, why: string, cause?: unknown): StagegateError {
  return new StagegateError('E_REPORT_UNREADABLE', {
    message: `${source} cannot be read: ${why}.`,
    ...(cause === undefined ? {} : { cause }),
  })
}
