import { StagegateError } from '../errors/index.ts'

/** What GitHub says of a job before this one: how it ended, and its outputs. No other job can write them. */
export interface Need {
  readonly result: 'success' | 'failure' | 'cancelled' | 'skipped'
  readonly outputs: Readonly<Record<string, string>>
}
export type Needs = ReadonlyMap<string, Need>

const results: ReadonlySet<unknown> = new Set(['success', 'failure', 'cancelled', 'skipped'])

/**
 * The input `needs`: `${{ toJSON(needs) }}` of the job. Pure.
 *
 * @throws StagegateError E_JOB_INVALID
 */
export function parseNeeds(text: string): Needs {
  const needs = new Map<string, Need>()
  for (const [job, value] of Object.entries(parseObject(text))) {
    const { result, outputs } = (value ?? {}) as { readonly result?: unknown; readonly outputs?: unknown }
    if (!results.has(result)) throw invalid(`the job ${job} has no result`)
    const texts = Object.entries(typeof outputs === 'object' && outputs !== null ? outputs : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    )
    needs.set(job, { result: result as Need['result'], outputs: Object.fromEntries(texts) })
  }
  return needs
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    // A job that needs none.
    if (value === null) return {}
    if (typeof value === 'object' && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw invalid('it is no JSON object')
}

function invalid(why: string): StagegateError {
  return new StagegateError('E_JOB_INVALID', {
    message: `The input needs is not what \${{ toJSON(needs) }} gives: ${why}.`,
    state: 'Nothing was started.',
  })
}
