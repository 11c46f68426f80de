import { StagegateError } from '../errors/index.ts'

/**
 * Fields whose values are words, names and hashes that were public before any secret was read: a secret that is in one of
 * them must not change what happened, where, or which finding it is.
 */
const vocabulary: ReadonlySet<string> = new Set([
  'id',
  'status',
  'severity',
  'outcome',
  'change',
  'fingerprint',
  'repository',
  'digest',
  'tags',
  'lastingTags',
  'layout',
  'environment',
  'namespace',
  'environmentUrl',
  'configCommit',
])

/**
 * The same results or facts without a secret in any text. This comes before rendering: an escape or a cut can change a
 * secret so that nobody recognises it any more. What is no plain value is left out; the report reads none of it.
 */
export function redactResults<T>(results: T, redact: (text: string) => string): T {
  return redactValue(results, redact) as T
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (value instanceof StagegateError) return redactError(value, redact)
  if (Array.isArray(value)) return value.map((each) => redactValue(each, redact))
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      vocabulary.has(key) && isText(each) ? each : redactValue(each, redact),
    ]),
  )
}

/** A text, or a list of texts and nothing else. */
function isText(value: unknown): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'))
  )
}

function redactError(error: StagegateError, redact: (text: string) => string): StagegateError {
  return new StagegateError(error.code, {
    message: redact(error.message),
    evidence: error.evidence.map(redact),
    next: redact(error.next),
    ...(error.state === undefined ? {} : { state: redact(error.state) }),
  })
}
