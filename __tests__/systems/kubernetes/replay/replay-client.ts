import { StagegateError } from '../../../../src/errors/index.ts'
import type { Clock } from '../../../../src/systems/clock/clock.ts'
import type { ApiClient } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { createHistory, versionOf } from './history.ts'
import type { Recording } from './recordings.ts'

/** What befalls the watches of a replay; each from 0 to 1 unless it says otherwise. */
export interface Faults {
  /** How late an event may be, in milliseconds; each by another time, so that they come in any order. */
  readonly lateMs: number
  /** How many events are lost without a word. */
  readonly lost: number
  /** How many come twice. */
  readonly repeated: number
  /** After how many events a connection is cut, at most; none is when it is 0. */
  readonly cutAfter: number
  /** How many requests are not answered, once everything was listed. */
  readonly down: number
  /** Watching is not allowed. */
  readonly unwatchable: boolean
  /** How many watches are answered 410, or are ended by it in their midst. */
  readonly expired: number
  /** How old a list may be that comes from a server that is behind the others, in milliseconds. */
  readonly staleMs: number
}

export const noFaults: Faults = {
  lateMs: 0,
  lost: 0,
  repeated: 0,
  cutAfter: 0,
  down: 0,
  unwatchable: false,
  expired: 0,
  staleMs: 0,
}

/** How many lists come from a server that is behind, where one is. */
const STALE_LISTS = 0.4

/** One round trip. Milliseconds. */
const ROUND_TRIP = 5

const kinds: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
  jobs: 'Job',
  pods: 'Pod',
  events: 'Event',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  storageclasses: 'StorageClass',
}

/** An API server that tells a recorded rollout again: its lists are the truth of the moment, its watches suffer faults. */
export function createReplayClient(
  recording: Recording,
  clock: Clock,
  faults: Faults,
  random: () => number,
): ApiClient {
  const history = createHistory(recording)
  const started = clock.monotonic()
  const moment = (): number => clock.monotonic() - started + recording.applied
  const listed = new Set<string>()

  async function answers(signal: AbortSignal, purpose: string, kind = ''): Promise<void> {
    await clock.sleep(ROUND_TRIP, signal)
    if (listed.has(kind) && random() < faults.down) throw unavailable(`cannot ${purpose}`)
  }

  return {
    async send({ method, path, signal, purpose }) {
      const kind = kinds[path.split('/').at(-1) ?? '']
      await answers(signal, purpose, kind)
      if (method !== 'GET' || kind === undefined) throw notFound(purpose)
      listed.add(kind)
      const behind = faults.staleMs > 0 && random() < STALE_LISTS ? random() * faults.staleMs : 0
      const now = moment() - behind
      const body = {
        metadata: { resourceVersion: String(history.version(now)) },
        items: history.at(kind, now),
      }
      return { status: 200, body, refusal: undefined }
    },
    async sendRaw({ signal, purpose }) {
      await answers(signal, purpose)
      throw notFound(purpose)
    },
    async stream({ path, query, signal, purpose }) {
      const kind = kinds[path.split('/').at(-1) ?? ''] ?? ''
      await answers(signal, purpose, kind)
      if (faults.unwatchable) throw new StagegateError('E_KUBE_FORBIDDEN', { message: `may not ${purpose}` })
      // As the client of the real API throws an answer of 410.
      if (random() < faults.expired / 2) throw notFound(purpose)
      return watch(kind, Number(query?.resourceVersion), signal)
    },
  }

  async function* watch(kind: string, from: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const cutAt = faults.cutAfter === 0 ? Infinity : 1 + Math.floor(random() * faults.cutAfter)
    const told = recording.events
      .filter(({ object }) => object.kind === kind && versionOf(object) > from)
      .flatMap((event) =>
        random() < faults.lost ? [] : random() < faults.repeated ? [event, event] : [event],
      )
      .map((event) => ({ ...event, comes: event.at + random() * faults.lateMs }))
      .sort((one, other) => one.comes - other.comes)
    for (const [index, { comes, type, object }] of told.entries()) {
      if (comes > moment()) await clock.sleep(comes - moment(), signal)
      signal.throwIfAborted()
      if (index >= cutAt) throw unavailable('the connection was cut')
      if (random() < faults.expired / 2) {
        yield Buffer.from('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n')
        return
      }
      yield Buffer.from(`${JSON.stringify({ type, object })}\n`)
    }
    // Nothing more happens; the server ends the watch some minutes later.
    await clock.sleep(290_000, signal)
  }
}

function unavailable(message: string): StagegateError {
  return new StagegateError('E_KUBE_UNAVAILABLE', { message })
}

function notFound(purpose: string): StagegateError {
  return new StagegateError('E_KUBE_NOT_FOUND', { message: `nothing is recorded: ${purpose}` })
}
