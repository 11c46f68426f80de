import { StagegateError } from '../../../errors/index.ts'
import type { RunningImages } from '../cluster.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Connected } from '../connected.ts'
import { type ApiResource, known } from '../discovery/api-resource.ts'
import { groupKind } from '../status/groups.ts'
import { readRules, ruleAnnotations } from '../status/rules/rules.ts'
import { listObjects } from '../watch/list-objects.ts'
import { findOwned } from './find-owned.ts'
import { findsPodsByLists, readRunning } from './read-running.ts'

/**
 * Which images the pods of workloads run, as the nodes resolved them, and which pods of earlier revisions are left. One
 * list for each resource and namespace, however many workloads there are.
 */
export async function runningImages(
  connected: Connected,
  workloads: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<readonly RunningImages[]> {
  const lists = new Map<string, Promise<readonly KubernetesObject[] | undefined>>()

  /** Undefined when it may not be listed. */
  function list(resource: ApiResource, namespace: string): Promise<readonly KubernetesObject[] | undefined> {
    const key = `${resource.group}/${resource.plural}/${namespace}`
    const known = lists.get(key) ?? listAllowed(connected, resource, namespace, signal)
    lists.set(key, known)
    return known
  }

  return Promise.all(
    workloads.map(async (workload) => {
      const { wait } = readRules(workload).rules
      if (wait === 'skip' || wait === 'present') {
        return unknown(`it is not waited for (${ruleAnnotations.wait}: ${wait})`)
      }
      const { namespace = '', uid, name } = workload.metadata
      const kind = groupKind(workload)
      const resource = await connected.discovery.require(workload, signal)
      const needsReplicaSets = kind === 'apps/Deployment' || !findsPodsByLists(workload)
      const [objects, pods, replicaSets] = await Promise.all([
        list(resource, namespace),
        list(known.pods, namespace),
        needsReplicaSets ? list(known.replicaSets, namespace) : [],
      ])
      if (pods === undefined) return unknown('pods may not be listed')
      if (replicaSets === undefined) return unknown('ReplicaSets may not be listed')
      const live =
        objects === undefined
          ? workload
          : (objects.find(({ metadata }) => metadata.uid === uid) ??
            objects.find(({ metadata }) => metadata.name === name))
      if (live === undefined) {
        // A completed Job is removed by its ttlSecondsAfterFinished; the rollout has seen how it ended.
        return kind === 'batch/Job'
          ? unknown('it has ended and was removed')
          : { containers: [], old: [], wanted: true }
      }
      const owned = findsPodsByLists(workload)
        ? undefined
        : await findOwned(connected, live, { pods, replicaSets }, signal)
      return readRunning(live, {
        pods: owned ?? pods,
        replicaSets,
        owned: owned !== undefined,
      })
    }),
  )
}

async function listAllowed(
  { client }: Connected,
  resource: ApiResource,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[] | undefined> {
  try {
    return (await listObjects(client, { resource, namespace }, signal)).items
  } catch (thrown) {
    if (thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') return undefined
    throw thrown
  }
}

function unknown(why: string): RunningImages {
  return { containers: [], old: [], wanted: false, unknown: why }
}
