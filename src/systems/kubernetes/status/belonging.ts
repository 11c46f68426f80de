import type { KubernetesObject } from '../kubernetes-object.ts'
import type { KubernetesEvent } from './objects.ts'

type Index = ReadonlyMap<string, readonly KubernetesObject[]>

/** Of lists that never change: a thousand pods are asked for by each of a hundred workloads, at each look. */
const owners = new WeakMap<readonly KubernetesObject[], Index>()
const subjects = new WeakMap<readonly KubernetesEvent[], Index>()

/** The objects of a list that were made by the owner of this uid; none for one that is not known. */
export function ownedBy<T extends KubernetesObject>(
  objects: readonly T[],
  uid: string | undefined,
): readonly T[] {
  return find(owners, objects, uid, ({ metadata }) =>
    ((metadata.ownerReferences ?? []) as readonly { readonly uid?: string }[]).map((owner) => owner.uid),
  ) as readonly T[]
}

/** The events of a list about the object of this uid. */
export function aboutOf(
  events: readonly KubernetesEvent[],
  uid: string | undefined,
): readonly KubernetesEvent[] {
  return find<KubernetesEvent>(subjects, events, uid, ({ involvedObject }) => [involvedObject?.uid])
}

function find<T extends KubernetesObject>(
  indexes: WeakMap<readonly T[], Index>,
  objects: readonly T[],
  uid: string | undefined,
  uidsOf: (object: T) => readonly (string | undefined)[],
): readonly KubernetesObject[] {
  if (uid === undefined) return []
  let index = indexes.get(objects)
  if (index === undefined) {
    const made = new Map<string, T[]>()
    for (const object of objects) {
      const uids = uidsOf(object)
      for (const each of uids.length > 1 ? new Set(uids) : uids) {
        if (each === undefined) continue
        const of = made.get(each)
        if (of === undefined) made.set(each, [object])
        else of.push(object)
      }
    }
    index = made
    indexes.set(objects, index)
  }
  return index.get(uid) ?? []
}
