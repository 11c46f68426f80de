import { StagegateError } from '../../../errors/index.ts'
import { isPassing } from '../client/api-error.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import { listObjects, type Selection, selectors } from './list-objects.ts'
import { type Observer, ONE_ATTEMPT } from './observer.ts'
import { parseWatchLine, readLines } from './parse-watch.ts'

/** Seconds after which the server ends a watch in good order. */
const WATCH_SECONDS = 290
/** The server sends a bookmark each minute, whatever happens: a watch that is silent for longer is dead. Milliseconds. */
const SILENCE = 90_000
/** A watch that has said nothing for this long is compared with a list: a dead connection says nothing either. Milliseconds. */
const QUIET = 20_000

/** How a watch ended: in good order after this version, or with nothing to go on from. */
export type WatchEnd = { readonly version: string } | 'expired' | 'forbidden'

/**
 * Follows one watch to its end, with bookmarks.
 *
 * @throws StagegateError E_KUBE_UNAVAILABLE and the like when it was cut, or went silent; the signal's reason
 */
export async function watch(observer: Observer, selection: Selection, from: string): Promise<WatchEnd> {
  const { store, onChange } = observer
  const ended = new AbortController()
  const signal = AbortSignal.any([observer.signal, ended.signal])
  const chunks = await open({ ...observer, signal }, selection, from)
  if (typeof chunks === 'string') return chunks
  let version = from
  let lines = 0
  let missed: WatchEnd | undefined
  const checking = checkWhileQuiet({ ...observer, signal }, selection, () => lines).then((found) => {
    if (found === undefined) return
    missed = found
    ended.abort(new Error('the watch missed something'))
  })
  // A failure of the check ends the watch with it.
  checking.catch((thrown: unknown) => {
    ended.abort(thrown)
  })
  try {
    for await (const line of readLines(chunks)) {
      lines += 1
      const parsed = parseWatchLine(line)
      if (parsed === 'expired') return 'expired'
      if ('bookmark' in parsed) {
        version = parsed.bookmark ?? version
        continue
      }
      store.apply(parsed.event)
      version = parsed.event.object.metadata.resourceVersion ?? version
      onChange()
    }
    return { version }
  } catch (thrown) {
    if (missed !== undefined) return missed
    throw thrown
  } finally {
    ended.abort(new Error('the watch has ended'))
    await checking.catch(() => undefined)
  }
}

async function open(
  { client, signal }: Observer,
  selection: Selection,
  from: string,
): Promise<AsyncIterable<Uint8Array> | 'expired' | 'forbidden'> {
  const { resource, namespace } = selection
  try {
    return await client.stream({
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query: {
        ...selectors(selection),
        watch: 'true',
        resourceVersion: from,
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(WATCH_SECONDS),
      },
      signal,
      purpose: `watch ${resource.plural} in ${namespace}`,
      silenceMs: SILENCE,
      policy: ONE_ATTEMPT,
    })
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    if (thrown.code === 'E_KUBE_FORBIDDEN') return 'forbidden'
    // 410: too old to go on from.
    if (thrown.code === 'E_KUBE_NOT_FOUND') return 'expired'
    throw thrown
  }
}

/**
 * Lists whenever the watch has been quiet for long. Resolves with where to go on from when the list told something that
 * the watch did not, and with nothing once the signal is aborted.
 */
async function checkWhileQuiet(
  { client, clock, signal, store, onChange }: Observer,
  selection: Selection,
  countLines: () => number,
): Promise<WatchEnd | undefined> {
  for (;;) {
    const before = countLines()
    try {
      await clock.sleep(QUIET, signal)
      if (countLines() !== before) continue
      const { items, resourceVersion } = await listObjects(client, selection, signal, ONE_ATTEMPT)
      if (!store.replace(items, resourceVersion)) continue
      onChange()
      return { version: resourceVersion }
    } catch (thrown) {
      if (signal.aborted) return undefined
      // A server that only asks for patience is alive.
      if (isPassing(thrown) && (thrown as StagegateError).code === 'E_KUBE_THROTTLED') continue
      throw thrown
    }
  }
}
