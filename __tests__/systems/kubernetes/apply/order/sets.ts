import type { KubernetesObject } from '../../../../../src/systems/kubernetes/kubernetes-object.ts'
import { type Placed, planOrder } from '../../../../../src/systems/kubernetes/apply/order/plan-order.ts'
import { runInOrder } from '../../../../../src/systems/kubernetes/apply/order/run-in-order.ts'
import { parseYaml } from '../../testbed-cluster.ts'

/** Kinds that belong to the whole cluster. */
const wide =
  /^(?:Cluster|PersistentVolume$|StorageClass|PriorityClass|RuntimeClass|IngressClass|.*Webhook|APIService)/

export function placed(object: KubernetesObject, source = 'set.yaml:1'): Placed {
  return { object, source, resource: { namespaced: !wide.test(object.kind) } }
}

/** Sets as YAML; what of each must have ended before it may begin, by kind and name, directly or by way of others. */
export function needsOf(yaml: string): ReadonlyMap<string, ReadonlySet<string>> {
  const steps = planOrder(
    parseYaml(yaml).map(({ object, source }) => placed(object, source)),
    'staging',
  )
  const reach = (index: number, seen = new Set<number>()): Set<number> => {
    for (const need of steps[index]?.needs ?? []) {
      if (seen.has(need)) continue
      seen.add(need)
      reach(need, seen)
    }
    return seen
  }
  const title = (index: number): string[] => {
    const object = steps[index]?.item?.object
    return object === undefined ? [] : [`${object.kind} ${object.metadata.name}`]
  }
  return new Map(
    steps.flatMap((_step, index) =>
      title(index).map((name) => [name, new Set([...reach(index)].flatMap(title))] as const),
    ),
  )
}

/** The batches in which objects go when each takes the same time. */
export async function batches(items: readonly Placed[]): Promise<readonly (readonly string[])[]> {
  const rounds: string[][] = []
  let round: string[] | undefined
  await runInOrder(
    planOrder(items, 'staging'),
    async ({ object }) => {
      if (round === undefined) rounds.push((round = []))
      round.push(`${object.kind} ${object.metadata.name}`)
      await new Promise((resolve) => setImmediate(resolve))
      round = undefined
    },
    { limit: Infinity, signal: new AbortController().signal },
  )
  return rounds
}
