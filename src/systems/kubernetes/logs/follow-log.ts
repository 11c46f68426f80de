import { type StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import type { Pod } from '../status/objects.ts'
import { containersOf } from '../status/containers.ts'
import { readLogLines } from './log-lines.ts'

export interface LogSource {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** How far a log was read: the time of its last line, as the node wrote it. */
export interface LogPosition {
  last: string
}

/** A log may be silent for long; a dead connection is found when the container has ended. Milliseconds. */
const SILENCE = 10 * 60_000
const RECONNECT_DELAY = 300
const MAX_FAILURES = 5

/**
 * Follows the log of a container that has started to the end of its run, line by line, and goes on where it was when the
 * connection ends early. Never throws for a log that cannot be read: what became of the container is told by its status.
 *
 * @param position where to go on from; moved as lines are read
 * @returns why not all of it was read, when neither its end nor the signal ended it
 */
export async function followLog(
  client: ApiClient,
  clock: Clock,
  source: LogSource,
  signal: AbortSignal,
  onLine: (line: string) => void,
  position: LogPosition = { last: '' },
): Promise<StagegateError | undefined> {
  let ended = false
  for (let failures = 0; ;) {
    try {
      for await (const line of readLogLines(await openLog(client, source, position.last, signal))) {
        const { time, text } = splitLine(line)
        // What has no time is no line of the container: the node says by it that it has none.
        if (time === undefined || time <= position.last) continue
        position.last = time
        onLine(text)
      }
      // What was read after the end is the whole log.
      if (ended) return undefined
      ended = await hasEnded(client, source, signal)
      if (ended) continue
    } catch (thrown) {
      failures += 1
      // Of a run that is over, or a pod that is gone, nothing more can come.
      const error = toStagegateError(thrown)
      if (signal.aborted || ended || error.code === 'E_KUBE_NOT_FOUND') return undefined
      if (failures === MAX_FAILURES || error.code === 'E_KUBE_FORBIDDEN') return error
    }
    try {
      await clock.sleep(RECONNECT_DELAY, signal)
    } catch {
      return undefined
    }
  }
}

function openLog(
  client: ApiClient,
  { namespace, pod, container }: LogSource,
  last: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  return client.stream({
    method: 'GET',
    path: resourcePath(known.pods, { namespace, name: pod, subresource: 'log' }),
    query: {
      container,
      follow: 'true',
      timestamps: 'true',
      // Whole seconds: lines of the same second come again and are told by their own time.
      sinceTime: last === '' ? undefined : toSeconds(last),
    },
    accept: '*/*',
    signal,
    purpose: `follow the log of pod ${namespace}/${pod}`,
    silenceMs: SILENCE,
    policy: { attempts: 2 },
  })
}

/** Whether this run of the container is over: it ended, or waits to be started anew. */
async function hasEnded(
  client: ApiClient,
  { namespace, pod, container }: LogSource,
  signal: AbortSignal,
): Promise<boolean> {
  const { status, body } = await client.send({
    method: 'GET',
    path: resourcePath(known.pods, { namespace, name: pod }),
    signal,
    purpose: `get pod ${namespace}/${pod}`,
    allow: [404],
  })
  if (status === 404) return true
  const state = containersOf(body as Pod).find((each) => each.name === container)?.state
  return state?.terminated !== undefined || state?.waiting !== undefined
}

/** A time of a log without its fraction; nodes write their own offset from UTC. */
function toSeconds(time: string): string {
  return new Date(Math.floor(Date.parse(time) / 1000) * 1000).toISOString()
}

/** `2026-01-31T12:00:00.123456789Z text`: always nine digits, of one node, so times compare as text. */
function splitLine(line: string): { readonly time: string | undefined; readonly text: string } {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)(?= |$)/.exec(line)?.[0]
  return { time, text: line.slice((time?.length ?? 0) + 1) }
}
