import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { Recording } from './recordings.ts'

/** What a cluster held at any moment of a recording. */
export interface History {
  /** The objects of a kind at a moment of the recording. */
  at(kind: string, milliseconds: number): readonly KubernetesObject[]
  /** The newest version of anything at that moment. */
  version(milliseconds: number): number
}

export function createHistory({ before, events }: Recording): History {
  return {
    at(kind, milliseconds) {
      const objects = new Map<string, KubernetesObject>()
      for (const object of before) if (object.kind === kind) objects.set(object.metadata.uid ?? '', object)
      for (const { at, type, object } of events) {
        if (at > milliseconds || object.kind !== kind) continue
        if (type === 'DELETED') objects.delete(object.metadata.uid ?? '')
        else objects.set(object.metadata.uid ?? '', object)
      }
      return [...objects.values()]
    },
    version(milliseconds) {
      const versions = [
        ...before.map(versionOf),
        ...events.filter(({ at }) => at <= milliseconds).map(({ object }) => versionOf(object)),
      ]
      return Math.max(1, ...versions)
    },
  }
}

export function versionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.resourceVersion ?? 0)
}
