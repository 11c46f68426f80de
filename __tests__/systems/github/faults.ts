/**
 * How an answer goes wrong. Those of the second list spoil the true answer, so that the work has been done; those of
 * the first happen instead of the work, unless `after-effect-` stands before them (`after-effect-502`,
 * `after-effect-reset`): the work is done and its answer lost.
 */
const instead = [
  'hang',
  'reset',
  'close',
  'html',
  'garbage',
  'empty',
  'rate-limit',
  'secondary-limit',
] as const
const spoiled = ['cut-body', 'reset-body', 'hang-body', 'truncated', 'drip', 'delay'] as const

export type FaultKind = (typeof instead)[number] | (typeof spoiled)[number] | 'status'

/** A rule that a test sets: which requests, what happens to them, and how often. */
export interface FaultRule {
  /** e.g. `checks/create`; every operation when left out. */
  readonly operationId?: string
  /** A regular expression over the path, without the query. */
  readonly pathPattern?: string
  readonly method?: string
  /** One of the kinds above, or a status: `status:500`, `502`, `after-effect-502`. */
  readonly fault: string
  /** How many matching requests it strikes; once when left out. */
  readonly times?: number | 'forever'
  /** How many matching requests pass before. */
  readonly after?: number
  /** For `delay` the wait, for `drip` the pause between bytes; in milliseconds. */
  readonly delayMs?: number
  /** Sent as `Retry-After` with `status:…`, `rate-limit` and `secondary-limit`. */
  readonly retryAfter?: string
}

/** A fault that strikes a request now. */
export interface Fault {
  readonly rule: FaultRule
  readonly kind: FaultKind
  /** The status of the kind `status`. */
  readonly status: number
  /** Whether the request does its work before the answer goes wrong. */
  readonly hasEffect: boolean
}

/** Reads a fault's name. @throws Error for a name that is not known, so that a test cannot set nothing by a typo */
export function parseFault(rule: FaultRule): Fault {
  const name = rule.fault.replace(/^after-effect-/, '')
  const hasEffect = name !== rule.fault
  const status = /^(?:status:)?([2-5]\d\d)$/.exec(name)?.[1]
  if (status !== undefined) return { rule, kind: 'status', status: Number(status), hasEffect }
  const plain = instead.find((kind) => kind === name)
  if (plain !== undefined) return { rule, kind: plain, status: 0, hasEffect }
  const kind = spoiled.find((candidate) => candidate === name)
  if (kind === undefined) {
    throw new Error(`Unknown fault ${rule.fault}: use status:NNN, ${[...instead, ...spoiled].join(', ')}`)
  }
  return { rule, kind, status: 0, hasEffect: true }
}

/** The rules in force, and how often each has been met. */
export class FaultBook {
  readonly #entries: { readonly fault: Fault; seen: number; struck: number }[] = []

  add(...rules: readonly FaultRule[]): void {
    this.#entries.push(...rules.map((rule) => ({ fault: parseFault(rule), seen: 0, struck: 0 })))
  }

  clear(): void {
    this.#entries.length = 0
  }

  /** The rules with how many requests each matched (`seen`) and struck. */
  list(): { rule: FaultRule; seen: number; struck: number }[] {
    return this.#entries.map(({ fault, seen, struck }) => ({ rule: fault.rule, seen, struck }))
  }

  /** The fault for a request: the first rule that matches and is neither still waiting nor used up. */
  take(request: { method: string; path: string; operationId?: string | undefined }): Fault | undefined {
    for (const entry of this.#entries) {
      const { rule } = entry.fault
      if (!matches(rule, request)) continue
      const turn = entry.seen
      entry.seen += 1
      if (turn < (rule.after ?? 0)) continue
      if (rule.times !== 'forever' && entry.struck >= (rule.times ?? 1)) continue
      entry.struck += 1
      return entry.fault
    }
    return undefined
  }
}

function matches(
  rule: FaultRule,
  request: { method: string; path: string; operationId?: string | undefined },
): boolean {
  return (
    (rule.operationId === undefined || rule.operationId === request.operationId) &&
    (rule.method === undefined || rule.method.toUpperCase() === request.method) &&
    (rule.pathPattern === undefined || new RegExp(rule.pathPattern).test(request.path))
  )
}
