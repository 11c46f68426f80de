import { carriesSecret, isHiddenByKind } from '../../hidden-by-kind.ts'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import type { FieldPath } from '../../manifest-set.ts'

/** Stands in the place of every value that may be a secret. */
export const HIDDEN = '(hidden)'

/** A field whose value would be shown. */
export interface ShownField {
  readonly path: FieldPath
  readonly before: unknown
  readonly after: unknown
}

/**
 * Which fields of an object are never shown. In a `Secret`, and in every kind that carries one (SealedSecret,
 * ExternalSecret, …), that is all data, encrypted or not, and all annotations: tools keep whole copies of an object there.
 * In any kind it is what is encrypted in its file, with what is below and what it is a part of; and what is taken away
 * beside such a field: it may be the same one under its old name. Pure.
 */
export function createCurtain(
  { kind }: KubernetesObject,
  encrypted: readonly FieldPath[],
): (field: ShownField) => boolean {
  return ({ path, before, after }) => {
    const goes = after === undefined
    if (
      encrypted.some(
        (each) => isRelated(each, path) || (goes && isRelated(each.slice(0, -1), path.slice(0, -1))),
      )
    )
      return true
    if (!carriesSecret(kind)) return false
    // What comes or goes as a whole may have data somewhere below.
    return (
      [before, after].some((value) => typeof value === 'object' && value !== null) ||
      isHiddenByKind(kind, path)
    )
  }
}

/** Whether one path leads through the other. */
function isRelated(one: FieldPath, other: FieldPath): boolean {
  const length = Math.min(one.length, other.length)
  return one.slice(0, length).every((key, index) => key === other[index] || areEntries(key, other[index]))
}

/** Entries move, so each counts as any other. */
function areEntries(one: string | number | undefined, other: string | number | undefined): boolean {
  return typeof one === 'number' && typeof other === 'number'
}
