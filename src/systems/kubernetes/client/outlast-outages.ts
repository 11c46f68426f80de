import { type ErrorCode, StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { RetryPolicy } from '../../http/http.ts'
import { type ApiAnswer, type ApiClient, type ApiRequest, isRepeatable } from './api-client.ts'
import { askedWait } from './throttled.ts'

/** How long a trouble is borne, from a request's first failure on. Milliseconds. */
const patience: Readonly<Partial<Record<ErrorCode, number>>> = {
  // An API server that starts anew is back within a minute.
  E_KUBE_UNAVAILABLE: 60_000,
  E_KUBE_THROTTLED: 60_000,
  // The pods of a webhook are replaced by a rollout of their own; as nelm.
  E_WEBHOOK_UNAVAILABLE: 240_000,
  // A kind that one server of a cluster serves before the others; as nelm.
  E_KUBE_NO_KIND: 10_000,
}

/** These are asked again after this time, as nelm does. Milliseconds. */
const intervals: Readonly<Partial<Record<ErrorCode, number>>> = {
  E_WEBHOOK_UNAVAILABLE: 2000,
  E_KUBE_NO_KIND: 500,
}

/** How often a write is sent that meets others at the same object, such as a quota. Milliseconds between. */
const CONFLICT_TRIES = 5
const FIRST_CONFLICT_DELAY = 50
const MAX_CONFLICT_DELAY = 1000

const FIRST_DELAY = 250
const MAX_DELAY = 8000
const PROBE_MS = 5000

/** One quick second try for a connection that was just closed; what lasts longer is waited out here. */
const policy = { attempts: 2 } as const

/**
 * A client whose requests outlast an API server that is started anew, and webhooks that do not answer. While the server
 * is away one request asks for it, and all others wait for that: however many objects are on their way, they are neither
 * sent in vain again and again nor given up one by one. Only what may be sent again is.
 */
export function outlastOutages(client: ApiClient, clock: Clock): ApiClient {
  let recovering: Promise<void> | undefined

  async function send(request: ApiRequest): ReturnType<ApiClient['send']> {
    if (!isRepeatable(request) || request.policy !== undefined) return client.send(request)
    const started = clock.monotonic()
    let since: number | undefined
    let conflicts = 0
    let limits: Partial<RetryPolicy> = policy
    for (let failures = 0; ; failures += 1) {
      try {
        const answer = await client.send({ ...request, policy: limits })
        if (!isPassingConflict(request, answer) || (conflicts += 1) === CONFLICT_TRIES) return answer
        await clock.sleep(backOff(conflicts - 1, FIRST_CONFLICT_DELAY, MAX_CONFLICT_DELAY), request.signal)
      } catch (thrown) {
        if (!(thrown instanceof StagegateError) || request.signal.aborted) throw thrown
        const longest = patienceWith(request, thrown.code)
        if (longest === undefined) throw thrown
        // A wait that the server asked for has been kept once by then.
        since ??= thrown.code === 'E_KUBE_THROTTLED' ? started : clock.monotonic()
        const spent = clock.monotonic() - since
        if (spent >= longest) throw givenUp(thrown, failures + 1, spent)
        const asked = askedWait(thrown, clock.now())
        if (spent + asked > longest) throw refusedUntil(thrown, new Date(clock.now().getTime() + asked))
        // The wait that the server asks for next time has to fit as well.
        if (asked > 0) limits = { ...policy, totalMs: Math.max(1000, longest - spent - asked) }
        await outlast(thrown.code, failures, asked, request.signal)
      }
    }
  }

  async function outlast(
    code: ErrorCode,
    failures: number,
    asked: number,
    signal: AbortSignal,
  ): Promise<void> {
    const delay = intervals[code] ?? backOff(failures, FIRST_DELAY, MAX_DELAY)
    await clock.sleep(Math.max(asked, delay), signal)
    if (code !== 'E_KUBE_UNAVAILABLE') return
    const waited = (recovering ??= awaitReady(signal))
    try {
      await waited
    } finally {
      if (recovering === waited) recovering = undefined
    }
    signal.throwIfAborted()
  }

  /** Doubled each time, half of it at random. */
  function backOff(failures: number, first: number, longest: number): number {
    return Math.min(longest, first * 2 ** failures) * (0.5 + clock.random() / 2)
  }

  /** Until the server says that it is ready, or for as long as it is borne. Never rejects. */
  async function awaitReady(signal: AbortSignal): Promise<void> {
    const end = clock.monotonic() + (patience.E_KUBE_UNAVAILABLE ?? 0)
    const once = { attempts: 1, attemptMs: PROBE_MS, totalMs: PROBE_MS }
    for (let delay = FIRST_DELAY; ; delay = Math.min(MAX_DELAY / 2, delay * 2)) {
      try {
        const purpose = 'ask whether the API server is ready'
        // Who may not ask gets an answer too: from a server that is there.
        await client.sendRaw({
          method: 'GET',
          path: '/readyz',
          signal,
          purpose,
          policy: once,
          allow: [401, 403, 404],
        })
        return
      } catch {
        if (signal.aborted || clock.monotonic() >= end) return
      }
      await clock.sleep(delay, signal).catch(() => undefined)
    }
  }

  return { ...client, send }
}

function patienceWith({ discovered = false }: ApiRequest, code: ErrorCode): number | undefined {
  return code === 'E_KUBE_NO_KIND' && !discovered ? undefined : patience[code]
}

/** Two writers to one object: the request is as right as before. Who owns a field does not pass. */
function isPassingConflict({ retryConflict = false }: ApiRequest, { status, refusal }: ApiAnswer): boolean {
  const isOfFields = refusal?.causes.some((each) => each.reason === 'FieldManagerConflict') === true
  return retryConflict && status === 409 && !isOfFields
}

function refusedUntil(error: StagegateError, until: Date): StagegateError {
  return error.with({ evidence: [`the server asks to wait until ${until.toISOString()}`] })
}

function givenUp(error: StagegateError, tries: number, spent: number): StagegateError {
  return error.with({ evidence: [`given up after ${tries} tries in ${Math.round(spent / 1000)} s`] })
}
