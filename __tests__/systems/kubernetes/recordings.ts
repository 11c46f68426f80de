import { readFileSync } from 'node:fs'
import type { KubernetesObject } from '../../../src/systems/kubernetes/cluster.ts'
import type { WatchEvent } from '../../../src/systems/kubernetes/watch/object-store.ts'

/** A rollout as the API server of a real cluster (1.34) told it, in the order of its watches; parts that no status is judged from are cut. */
export interface Recording {
  /** The Deployment as its apply answered. */
  readonly expected: KubernetesObject
  readonly events: readonly WatchEvent[]
}

export function readRecording(name: string): Recording {
  const path = new URL(`fixtures/rollouts/${name}.jsonl`, import.meta.url)
  const [first = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  const { expected } = JSON.parse(first) as Pick<Recording, 'expected'>
  return { expected, events: lines.map((line) => JSON.parse(line) as WatchEvent) }
}
