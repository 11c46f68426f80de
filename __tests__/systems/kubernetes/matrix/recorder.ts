import { writeFileSync } from 'node:fs'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { type ApiResource, known } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import { isTellingEvent } from '../../../../src/systems/kubernetes/rollout/observe-workloads.ts'
import { resourcePath } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import { listObjects } from '../../../../src/systems/kubernetes/watch/list-objects.ts'
import type { WatchEvent } from '../../../../src/systems/kubernetes/watch/object-store.ts'
import { parseWatchLine, readLines } from '../../../../src/systems/kubernetes/watch/parse-watch.ts'
import type { TestbedCluster } from '../testbed-cluster.ts'
import { withoutFields } from '../../../../src/systems/kubernetes/without-fields.ts'
import { anonymize } from './anonymize.ts'

const apps = (kind: string): ApiResource => ({
  group: 'apps',
  version: 'v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
})

const recorded: readonly ApiResource[] = [
  apps('Deployment'),
  apps('StatefulSet'),
  apps('DaemonSet'),
  known.replicaSets,
  known.jobs,
  known.pods,
  known.events,
  {
    group: '',
    version: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    namespaced: true,
  },
]

export interface Recorder {
  /** Now everything is applied, and the wait begins. */
  applied(): void
  /**
   * When a sign was first told, as a reason of an event, a condition or a container; milliseconds of the clock. Undefined
   * when it was not.
   */
  firstSign(reason: RegExp): number | undefined
  /** Ends the recording without writing it. */
  end(): Promise<void>
  /** Ends the recording some moments later and writes it: what was applied and what was there before, then the events. */
  write(
    path: string,
    about: { readonly objects: readonly KubernetesObject[]; readonly verdict: string },
  ): Promise<void>
}

/** Records all that an API server tells of a namespace, in the order in which it comes. */
export async function startRecorder({ client, namespace }: TestbedCluster): Promise<Recorder> {
  const ended = new AbortController()
  const { signal } = ended
  const started = systemClock.monotonic()
  const events: (WatchEvent & { readonly at: number })[] = []
  const lists = await Promise.all(
    recorded.map(async (resource) => ({
      resource,
      list: await listObjects(client, { resource, namespace }, signal),
    })),
  )
  const watches = lists.map(async ({ resource, list: { resourceVersion } }) => {
    const path = resourcePath(resource, { namespace })
    const query = { watch: 'true', resourceVersion, timeoutSeconds: '280' }
    const purpose = `record ${resource.plural}`
    const chunks = await client.stream({ method: 'GET', path, query, signal, purpose, silenceMs: 300_000 })
    for await (const line of readLines(chunks)) {
      const parsed = parseWatchLine(line)
      if (typeof parsed !== 'object' || !('event' in parsed)) continue
      events.push({ at: Math.round(systemClock.monotonic() - started), ...parsed.event })
    }
  })
  const running = watches.map((each) => each.catch(() => undefined))
  let applied = 0
  const end = async (): Promise<void> => {
    ended.abort()
    await Promise.all(running)
  }
  return {
    end,
    firstSign(reason) {
      const first = events.find(({ object }) => reasonsOf(object).some((each) => reason.test(each)))
      return first === undefined ? undefined : started + first.at
    },
    applied() {
      applied = Math.round(systemClock.monotonic() - started)
    },
    async write(path, { objects, verdict }) {
      await systemClock.sleep(500)
      await end()
      const before = lists.flatMap(({ list }) => list.items).filter(isTelling)
      const first = { verdict, applied, expected: objects.map(anonymize), before: before.map(anonymize) }
      const lines = [first, ...changes(events.filter(({ object }) => isTelling(object)))].map(
        (each) => `${JSON.stringify(each)}\n`,
      )
      writeFileSync(path, lines.join(''))
    },
  }
}

/** Every `reason` of an object, wherever it stands. */
function reasonsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'reason' && typeof child === 'string' ? [child] : reasonsOf(child),
  )
}

/** Without what only repeats what is known, once the parts that no status is judged from are cut. */
function changes<Event extends WatchEvent>(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, string>()
  return events.flatMap((event) => {
    const object = anonymize(event.object)
    const { uid = '' } = object.metadata
    const told = JSON.stringify([
      event.type,
      { ...object, metadata: withoutFields(object.metadata, ['resourceVersion']) },
    ])
    if (last.get(uid) === told) return []
    last.set(uid, told)
    return [{ ...event, object }]
  })
}

/** Of the events only those that are looked at. */
function isTelling(object: KubernetesObject): boolean {
  return object.kind !== 'Event' || isTellingEvent(object)
}
