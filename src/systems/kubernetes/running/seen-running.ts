import type { RunningImages } from '../cluster.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { makesPods } from '../status/judge-object.ts'
import { type Around, findsPodsByLists, readRunning } from './read-running.ts'

/**
 * What `runningImages` would say, by uid, from lists that were read a moment ago: only of workloads whose pods are found by
 * lists alone, and have said something. Pure.
 */
export function seenRunning(
  objects: readonly KubernetesObject[],
  {
    pods,
    replicaSets,
  }: { readonly pods: readonly KubernetesObject[]; readonly replicaSets: Around['replicaSets'] },
): ReadonlyMap<string, RunningImages> {
  const seen = new Map<string, RunningImages>()
  for (const live of objects) {
    const { uid } = live.metadata
    if (uid === undefined || !makesPods(live) || !findsPodsByLists(live)) continue
    const running = readRunning(live, { pods: pods, replicaSets, owned: false })
    if (running.containers.length > 0) seen.set(uid, running)
  }
  return seen
}
