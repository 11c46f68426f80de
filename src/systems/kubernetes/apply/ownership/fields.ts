import type { KubernetesObject } from '../../kubernetes-object.ts'
import { withoutFields } from '../../without-fields.ts'

/**
 * A set of fields as `metadata.managedFields` writes it: `f:` a field, `k:` a list's item by its keys, `v:` by its
 * value, `i:` by its place, and `.` the thing itself. See "FieldsV1" in the API reference.
 */
export interface FieldSet {
  readonly [path: string]: FieldSet
}

export interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly subresource?: string
  readonly apiVersion?: string
  readonly fieldsV1?: FieldSet
  readonly [field: string]: unknown
}

export function managedFieldsOf({ metadata }: KubernetesObject): readonly ManagedFields[] {
  return Array.isArray(metadata.managedFields) ? (metadata.managedFields as readonly ManagedFields[]) : []
}

/** Who owns which field is most of a small object; nothing needs it once it is known what changes. */
export function withoutManagers(object: KubernetesObject): KubernetesObject {
  const metadata = withoutFields(object.metadata, ['managedFields']) as KubernetesObject['metadata']
  return { ...object, metadata }
}

/** The fields that a manager has applied to the object itself; undefined when none. */
export function appliedBy(object: KubernetesObject, manager: string): FieldSet | undefined {
  return managedFieldsOf(object).find((entry) => isApplied(entry, manager))?.fieldsV1
}

export function isApplied(entry: ManagedFields, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined
}

export function uniteFields(sets: readonly (FieldSet | undefined)[]): FieldSet {
  const united: Record<string, FieldSet> = {}
  for (const set of sets) {
    for (const [path, below] of Object.entries(set ?? {})) {
      const before = united[path]
      united[path] = before === undefined ? below : uniteFields([before, below])
    }
  }
  return united
}
