import { type ErrorCode, StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import { type ApiClient, type ApiRequest, isRepeatable } from './api-client.ts'

/** How long a trouble is borne, from a request's first failure on. Milliseconds. */
const patience: Readonly<Partial<Record<ErrorCode, number>>> = {
  // An API server that starts anew is back within a minute.
  E_KUBE_UNAVAILABLE: 60_000,
  E_KUBE_THROTTLED: 60_000,
  // The pods of a webhook are replaced by a rollout of their own; as nelm.
  E_WEBHOOK_UNAVAILABLE: 240_000,
}

/** A webhook is asked again after this time, as nelm does. Milliseconds. */
const WEBHOOK_INTERVAL = 2000
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
    let since: number | undefined
    for (let failures = 0; ; failures += 1) {
      try {
        return await client.send({ ...request, policy })
      } catch (thrown) {
        if (!(thrown instanceof StagegateError) || request.signal.aborted) throw thrown
        const longest = patience[thrown.code]
        if (longest === undefined) throw thrown
        since ??= clock.monotonic()
        const spent = clock.monotonic() - since
        if (spent >= longest) throw givenUp(thrown, failures + 1, spent)
        await outlast(thrown.code, failures, request.signal)
      }
    }
  }

  async function outlast(code: ErrorCode, failures: number, signal: AbortSignal): Promise<void> {
    if (code === 'E_WEBHOOK_UNAVAILABLE') return clock.sleep(WEBHOOK_INTERVAL, signal)
    const delay = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** failures)
    await clock.sleep(delay * (0.5 + clock.random() / 2), signal)
    if (code !== 'E_KUBE_UNAVAILABLE') return
    const waited = (recovering ??= awaitReady(signal))
    try {
      await waited
    } finally {
      if (recovering === waited) recovering = undefined
    }
    signal.throwIfAborted()
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

function givenUp(error: StagegateError, tries: number, spent: number): StagegateError {
  return error.with({ evidence: [`given up after ${tries} tries in ${Math.round(spent / 1000)} s`] })
}
