import { eventCount, type KubernetesEvent, type Pod, type ReplicaSet } from '../status/objects.ts'
import { isOwnedBy } from '../status/objects.ts'
import type { Baseline } from '../status/status.ts'
import type { Judged, Snapshot } from './judge-all.ts'

/** Different warnings about one object; what comes after is said only if the rollout fails. */
const MAX_WARNINGS = 5

/** Warnings of the cluster about objects that are rolled out, each told once however often and of how many pods it is said. */
export class Warnings {
  readonly #told = new Map<string, Set<string>>()

  /** What is new about an object since the last look, as lines. */
  take({ title, object, status }: Judged, { events, replicaSets, baseline }: Snapshot): readonly string[] {
    const told = this.#told.get(title) ?? new Set()
    this.#told.set(title, told)
    const fresh = new Set(
      status.pods.filter((pod) => isNewPod(pod, baseline)).map(({ metadata }) => metadata.uid),
    )
    const { uid } = object.metadata
    const around = new Set([
      uid,
      ...ownedBy(replicaSets, uid),
      ...status.pods.map(({ metadata }) => metadata.uid),
    ])
    const lines: string[] = []
    for (const event of events) {
      const about = event.involvedObject
      if (event.type !== 'Warning' || !around.has(about?.uid)) continue
      if (!fresh.has(about?.uid) && !happenedSince(event, baseline)) continue
      const said = `${event.reason ?? 'Warning'}: ${oneLine(event.message ?? '')}`
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

function ownedBy(
  replicaSets: readonly ReplicaSet[],
  uid: string | undefined,
): readonly (string | undefined)[] {
  return replicaSets.filter((each) => isOwnedBy(each, uid)).map(({ metadata }) => metadata.uid)
}

/** The same trouble of two pods differs in their names, addresses and ids alone. */
function withoutNames(text: string, name = ''): string {
  return text
    .replaceAll(name === '' ? '\0' : name, '')
    .replace(/\b\d+(?:\.\d+){3}(?::\d+)?\b/g, '')
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*/g, '')
    .replace(/\d+/g, '')
}

function oneLine(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
