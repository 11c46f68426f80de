import type { StagegateError } from '../../../errors/index.ts'
import { isPassing } from '../client/api-error.ts'
import { listObjects, type Selection } from './list-objects.ts'
import { type Observer, ONE_ATTEMPT } from './observer.ts'
import { watch } from './watch.ts'

/** Where `watch` is not allowed. Milliseconds. */
const POLL_INTERVAL = 2_000
/** A watch that is ended in good order is gone on with where it was, until the last list is this old. Milliseconds. */
const LIST_AGE = 5 * 60_000
const FIRST_DELAY = 800
const MAX_DELAY = 15_000

/**
 * Keeps a store like the cluster until the signal is aborted: list, watch, go on with the watch where it ended, and the
 * list again when that is not possible: after a connection that was cut, and for a version that is too old (410). Polls
 * where watching is not allowed.
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
      if (watchable) watchable = await follow(observer, selection, list.resourceVersion)
      else await clock.sleep(POLL_INTERVAL, signal)
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

/** Watches from a version on until the list has to be asked for anew; false when watching is not allowed. */
async function follow({ clock, ...rest }: Observer, selection: Selection, from: string): Promise<boolean> {
  const listed = clock.monotonic()
  let version = from
  while (clock.monotonic() - listed < LIST_AGE) {
    const begun = clock.monotonic()
    const end = await watch({ clock, ...rest }, selection, version)
    if (end === 'forbidden') return false
    // A proxy that ends each watch at once must not make a storm of requests.
    if (clock.monotonic() - begun < FIRST_DELAY) await clock.sleep(FIRST_DELAY, rest.signal)
    if (end === 'expired') return true
    version = end.version
  }
  return true
}
