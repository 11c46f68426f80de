import { readdirSync, readFileSync } from 'node:fs'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { WatchEvent } from '../../../../src/systems/kubernetes/watch/object-store.ts'

/**
 * A rollout as the API server of a real cluster (1.34) told it, in the order of its watches; parts that no status is
 * judged from are cut. Made by `matrix.system.test.ts` with `RECORD`.
 */
export interface Recording {
  readonly name: string
  /** `done`, or the reason of the failure: what the run ended with while it was recorded. */
  readonly verdict: string
  /** When the wait began; milliseconds from the start of the recording. */
  readonly applied: number
  /** The objects as their apply answered. */
  readonly expected: readonly KubernetesObject[]
  /** What was there when the recording began. */
  readonly before: readonly KubernetesObject[]
  readonly events: readonly (WatchEvent & { readonly at: number })[]
}

const folder = new URL('../fixtures/rollouts/', import.meta.url)

export function listRecordings(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
}

export function readRecording(name: string): Recording {
  const [first = '', ...lines] = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trimEnd()
    .split('\n')
  const about = JSON.parse(first) as Omit<Recording, 'name' | 'events'>
  return { ...about, name, events: lines.map((line) => JSON.parse(line) as Recording['events'][number]) }
}
