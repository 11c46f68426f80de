import { FIELD_MANAGER } from './apply/field-manager.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

interface WriteTime {
  readonly manager: string
  readonly operation: string
  readonly time: string
}

/** An object as its apply answered, of whose managers only this one's time is left: what it asks for was changed then. */
export function keepWriteTime(object: KubernetesObject): KubernetesObject {
  const { managedFields, ...metadata } = object.metadata
  const found = (Array.isArray(managedFields) ? (managedFields as readonly Partial<WriteTime>[]) : []).find(
    (each) => each.manager === FIELD_MANAGER && each.operation === 'Apply' && each.time !== undefined,
  )
  if (found === undefined) return { ...object, metadata }
  const { manager, operation, time } = found
  return { ...object, metadata: { ...metadata, managedFields: [{ manager, operation, time }] } }
}

/** When an apply changed what an object asks for, by the server's clock (RFC 3339); undefined when it did not. */
export function writtenAt({ metadata }: KubernetesObject): string | undefined {
  return (metadata.managedFields as readonly WriteTime[] | undefined)?.[0]?.time
}
