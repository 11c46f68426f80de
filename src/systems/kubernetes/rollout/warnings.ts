import { oneLine } from '../evidence/one-line.ts'
import { aboutOf, ownedBy } from '../status/belonging.ts'
import { eventCount, type KubernetesEvent, type Pod } from '../status/objects.ts'
import type { Baseline } from '../status/status.ts'
import { identityOf, type Judged, type Snapshot } from './judge-all.ts'

/** Different warnings about one object; what comes after is said only if the rollout fails. */
const MAX_WARNINGS = 5

/** Warnings of the cluster about objects that are rolled out, each told once however often and of how many pods it is said. */
export class Warnings {
  readonly #told = new Map<string, Set<string>>()
  /** Events that were looked at; one that happens again is another value. */
  readonly #seen = new WeakSet<KubernetesEvent>()

  /** What is new about an object since the last look, as lines. */
  take(judged: Judged, { events, replicaSets, baseline }: Snapshot): readonly string[] {
    const { object, status } = judged
    const key = identityOf(judged)
    const told = this.#told.get(key) ?? new Set()
    this.#told.set(key, told)
    const fresh = new Set(
      status.pods.filter((pod) => isNewPod(pod, baseline)).map(({ metadata }) => metadata.uid),
    )
    const { uid } = object.metadata
    const around = new Set(
      [...ownedBy(replicaSets, uid), ...status.pods].map(({ metadata }) => metadata.uid).concat(uid),
    )
    const lines: string[] = []
    for (const event of [...around].flatMap((each) => aboutOf(events, each))) {
      const about = event.involvedObject
      if (event.type !== 'Warning' || this.#seen.has(event)) continue
      this.#seen.add(event)
      if (!fresh.has(about?.uid) && !happenedSince(event, baseline)) continue
      const said = `${event.reason ?? 'Warning'}: ${oneLine(event.message ?? '', 300)}`
      const same = withoutNames(said, about?.name)
      if (told.has(same) || told.size >= MAX_WARNINGS) continue
      told.add(same)
      const who =
        about?.uid === uid
          ? ''
          : `${about?.kind === 'Pod' ? 'pod' : (about?.kind ?? '')} ${about?.name ?? ''}: `
      lines.push(`${who}${said}`)
    }
    return lines
  }
}

/** A pod that did not run well when the watch began: of this rollout, or one that has been failing since before it. */
export function isNewPod(pod: Pod, { ready }: Baseline): boolean {
  const containers = pod.spec?.containers ?? []
  return !containers.every(({ name }) => ready.has(`${pod.metadata.uid ?? ''}/${name}`))
}

/** Whether an event happened after the watch began: events of before the apply say nothing about it. */
function happenedSince(event: KubernetesEvent, { events }: Baseline): boolean {
  return eventCount(event) > (events.get(event.metadata.uid ?? '') ?? 0)
}

/** The same trouble of two pods differs in their names, addresses and ids alone. */
function withoutNames(text: string, name = ''): string {
  return text
    .replaceAll(name === '' ? '\0' : name, '')
    .replace(/\b\d+(?:\.\d+){3}(?::\d+)?\b/g, '')
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*/g, '')
    .replace(/\d+/g, '')
}
