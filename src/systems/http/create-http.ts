import type { Activity } from '../clock/activity.ts'
import type { Clock } from '../clock/clock.ts'
import { createAgents } from './agents.ts'
import { renderStatus, withHistory } from './answer.ts'
import { attempt, type Attempted, readHeaders, type Wire } from './attempt.ts'
import { decideRetry, defaultPolicy, type Outcome } from './decide-retry.ts'
import { HttpFailure, renderSeconds } from './http-failure.ts'
import type { Http, HttpAnswer, HttpRequest } from './http.ts'
import { readLiveBody } from './live-body.ts'
import { RetryBudget } from './retry-budget.ts'

export interface HttpOptions {
  readonly clock: Clock
  /** Name and version, such as `stagegate/1.0.0`. */
  readonly userAgent: string
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Gets one line per retry: `vault: 503 Service Unavailable (attempt 2 of 5, next in 1.4 s, 22 s left)`. */
  readonly onRetry?: (line: string) => void
  readonly activity?: Activity
}

/** The HTTP core: deadlines over the whole body, retry classes, one budget of retries per system. */
export function createHttp(options: HttpOptions): Http {
  const { clock, activity, onRetry } = options
  const agents = createAgents(options.env)
  const wire: Wire = { agents, clock, userAgent: options.userAgent }
  const budget = new RetryBudget()

  /** Attempts until one is final; class W looks for the effect of the last attempt before the next. */
  async function sendUntilFinal(request: HttpRequest, live: boolean): Promise<Attempted> {
    const policy = { ...defaultPolicy, ...request.policy }
    const started = clock.monotonic()
    let first: string | undefined
    budget.countRequest(request.system)
    for (let attempts = 1; ; attempts += 1) {
      const leftBefore = policy.totalMs - (clock.monotonic() - started)
      const outcome = await attemptOutcome(request, wire, Math.min(policy.attemptMs, leftBefore), live)
      if (outcome.kind === 'open') return outcome

      const summary =
        outcome.kind === 'answer' ? renderStatus(outcome.answer.status) : outcome.failure.summary
      const elapsedMs = clock.monotonic() - started
      const leftMs = policy.totalMs - elapsedMs
      const situation = { attempts, leftMs, now: clock.now(), random: clock.random() }
      const verdict = decideRetry(request, policy, outcome, situation)
      const history = { attempts, elapsedMs, first: first === summary ? undefined : first }
      if (!verdict.retry) return conclude(outcome, { ...history, until: verdict.until })
      if (!budget.take(request.system)) {
        onRetry?.(`${request.system}: ${summary} (not tried again: too many retries in this run)`)
        return conclude(outcome, { ...history, until: undefined })
      }
      first ??= summary
      const next = `next in ${renderSeconds(verdict.delayMs)}, ${renderSeconds(leftMs)} left`
      onRetry?.(`${request.system}: ${summary} (attempt ${attempts} of ${policy.attempts}, ${next})`)
      await clock.sleep(verdict.delayMs, request.signal)
      if (!verdict.readBack) continue
      const found = await readBack(request)
      if (found === 'unknown' || policy.totalMs - (clock.monotonic() - started) <= 0) {
        return conclude(outcome, { ...history, until: undefined })
      }
      if (found !== undefined)
        return { kind: 'answer', answer: withHistory(found, { ...history, until: undefined }) }
    }
  }

  async function measured<T>(request: HttpRequest, run: () => Promise<T>): Promise<T> {
    const end = activity?.begin(request.system)
    try {
      return await run()
    } finally {
      end?.()
    }
  }

  return {
    async send(request) {
      const attempted = await measured(request, () => sendUntilFinal(request, false))
      if (attempted.kind === 'answer') return attempted.answer
      throw new Error('a whole answer was asked for')
    },
    async stream(request) {
      const opened = await measured(request, () => sendUntilFinal(request, true))
      if (opened.kind === 'answer') {
        const { status, headers, body } = opened.answer
        return { status, headers, chunks: oneChunk(body) }
      }
      const { incoming, subject } = opened
      return {
        status: incoming.statusCode ?? 0,
        headers: readHeaders(incoming),
        chunks: readLiveBody(incoming, subject, request.silenceMs, request.signal, { clock, activity }),
      }
    },
    close() {
      agents.close()
    },
  }
}

async function attemptOutcome(
  request: HttpRequest,
  wire: Wire,
  attemptMs: number,
  live: boolean,
): Promise<Outcome | Extract<Attempted, { kind: 'open' }>> {
  try {
    return await attempt(request, wire, attemptMs, live)
  } catch (error) {
    if (error instanceof HttpFailure && !request.signal.aborted) return { kind: 'failure', failure: error }
    throw error
  }
}

function conclude(outcome: Outcome, history: Parameters<typeof withHistory>[1]): Attempted {
  if (outcome.kind === 'answer') return { kind: 'answer', answer: withHistory(outcome.answer, history) }
  throw outcome.failure.after(history.attempts, history.elapsedMs, history.first)
}

/** `unknown` when not even that can be found out: then nothing is repeated. */
async function readBack(request: HttpRequest): Promise<HttpAnswer | 'unknown' | undefined> {
  try {
    return await request.readBack?.()
  } catch (error) {
    if (request.signal.aborted) throw error
    return 'unknown'
  }
}

async function* oneChunk(body: Uint8Array): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve()
  if (body.length > 0) yield body
}
