import type { KubernetesObject } from '../../kubernetes-object.ts'
import { managedFieldsOf, uniteFields } from './fields.ts'
import { isClientSide } from './take-over.ts'

/**
 * What an apply leaves after a client-side apply's fields were taken over, though the server was only asked (by a dry
 * run) what it leaves before: without the fields that the client-side apply alone owned, or with their defaults. Pure.
 *
 * @param planned the object of the dry run
 * @param live as it is now
 * @param fresh what the manifest would make where there is no such object: its defaults
 */
export function withoutReleased(
  planned: KubernetesObject,
  live: KubernetesObject,
  fresh: KubernetesObject,
): KubernetesObject {
  const released = uniteFields(
    managedFieldsOf(live)
      .filter(isClientSide)
      .map((entry) => entry.fieldsV1),
  )
  const kept = uniteFields(
    managedFieldsOf(planned)
      .filter((entry) => !isClientSide(entry))
      .map((entry) => entry.fieldsV1),
  )
  const copy = structuredClone(planned)
  release(copy, fresh, released, kept)
  return copy
}

type Container = Record<string, unknown> | unknown[]

function release(container: Container, fresh: unknown, released: object, kept: object): void {
  for (const [path, below] of Object.entries(released) as [string, object][]) {
    const key = locate(container, path)
    if (key === undefined) continue
    const value = valueAt(container, key)
    const freshKey = isContainer(fresh) ? locate(fresh, path) : undefined
    const freshValue = isContainer(fresh) && freshKey !== undefined ? valueAt(fresh, freshKey) : undefined
    const keptBelow = (kept as Record<string, object>)[path]
    if (isContainer(value) && Object.keys(below).length > 0)
      release(value, freshValue, below, keptBelow ?? {})
    if (keptBelow !== undefined) continue
    if (freshValue === undefined) {
      const isEmptied = !isContainer(value) || Object.keys(value).length === 0 || isOwned(path, below)
      if (isEmptied) remove(container, key)
    } else if (!isContainer(value)) (container as Record<string, unknown>)[key] = freshValue
  }
}

/** The thing itself, not only what is below it. */
function isOwned(path: string, below: object): boolean {
  return path.startsWith('k:') || Object.keys(below).length === 0 || Object.hasOwn(below, '.')
}

function valueAt(container: Container, key: string): unknown {
  return (container as Record<string, unknown>)[key]
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else Reflect.deleteProperty(container, key)
}

/** The key or the place of what a path segment means; undefined when it is not there. */
function locate(container: Container, path: string): string | undefined {
  const rest = path.slice(2)
  if (!Array.isArray(container))
    return path.startsWith('f:') && Object.hasOwn(container, rest) ? rest : undefined
  const place = container.findIndex((item, index) => {
    if (path.startsWith('i:')) return index === Number(rest)
    if (path.startsWith('v:')) return item === JSON.parse(rest)
    if (!path.startsWith('k:') || !isContainer(item)) return false
    const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>)
    return keys.every(([key, value]) => (item as Record<string, unknown>)[key] === value)
  })
  return place === -1 ? undefined : String(place)
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}
