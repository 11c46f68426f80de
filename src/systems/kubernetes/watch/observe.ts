import { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import { isPassing } from '../client/api-error.ts'
import type { ApiClient } from '../client/api-client.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import { listObjects, type Selection, selectors } from './list-objects.ts'
import type { ObjectStore } from './object-store.ts'
import { parseWatchLine, readLines } from './parse-watch.ts'

export interface Observer {
  readonly client: ApiClient
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly store: ObjectStore
  /** After each change of the store. */
  readonly onChange: () => void
  /** The server does not answer, again and again; the observation goes on. */
  readonly onTrouble: (error: StagegateError) => void
}

/** A watch is ended by the server after this time and the list asked for again: the truth, should an event be lost. Seconds. */
const WATCH_SECONDS = 30
/** A watch that outlives its time by this much is dead. Milliseconds. */
const SILENCE = (WATCH_SECONDS + 15) * 1000
/** Where `watch` is not allowed. Milliseconds. */
const POLL_INTERVAL = 2_000
/** This loop tries again by itself, for as long as the step lasts; the run's budget of retries is for others. */
const ONE_ATTEMPT = { attempts: 1 }
const FIRST_DELAY = 800
const MAX_DELAY = 15_000

/**
 * Keeps a store like the cluster until the signal is aborted: list, watch, and the list again whenever the watch ends,
 * for whatever reason. Polls where watching is not allowed.
 *
 * @throws StagegateError E_KUBE_FORBIDDEN, E_KUBE_AUTH and others that waiting does not heal; the signal's reason
 */
export async function observe(observer: Observer, selection: Selection): Promise<never> {
  const { client, clock, signal, store, onChange, onTrouble } = observer
  let watchable = true
  let failures = 0
  for (;;) {
    try {
      const list = await listObjects(client, selection, signal, ONE_ATTEMPT)
      store.replace(list.items, list.resourceVersion)
      onChange()
      failures = 0
      const begun = clock.monotonic()
      if (watchable) watchable = await watch(observer, selection, list.resourceVersion)
      else await clock.sleep(POLL_INTERVAL, signal)
      // A proxy that ends each watch at once must not make a storm of lists.
      if (clock.monotonic() - begun < FIRST_DELAY) await clock.sleep(FIRST_DELAY, signal)
    } catch (thrown) {
      signal.throwIfAborted()
      if (!isPassing(thrown)) throw thrown
      failures += 1
      // One cut connection is nothing to speak of.
      if (failures > 1) onTrouble(thrown as StagegateError)
      const backOff = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (failures - 1))
      await clock.sleep(backOff * (0.5 + clock.random() / 2), signal)
    }
  }
}

/** Follows one watch to its end; false when watching is not allowed. */
async function watch(observer: Observer, selection: Selection, resourceVersion: string): Promise<boolean> {
  const { client, signal, store, onChange } = observer
  const { resource, namespace } = selection
  let chunks: AsyncIterable<Uint8Array>
  try {
    chunks = await client.stream({
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query: {
        ...selectors(selection),
        watch: 'true',
        resourceVersion,
        timeoutSeconds: String(WATCH_SECONDS),
      },
      signal,
      purpose: `watch ${resource.plural} in ${namespace}`,
      silenceMs: SILENCE,
      policy: ONE_ATTEMPT,
    })
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    if (thrown.code === 'E_KUBE_FORBIDDEN') return false
    // Too old to go on from: the list is asked for again.
    if (thrown.code === 'E_KUBE_NOT_FOUND') return true
    throw thrown
  }
  for await (const line of readLines(chunks)) {
    const parsed = parseWatchLine(line)
    if (parsed === 'expired') return true
    if (parsed === undefined) continue
    store.apply(parsed.event)
    onChange()
  }
  return true
}
