import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'

type Container = Record<string, unknown> | unknown[]

/**
 * A manifest with one thing in it changed, for each thing and each way to change it: left out, emptied, doubled, turned
 * round, set to nothing, to another value, to the one that the cluster has; and with one thing more that the cluster has.
 */
export function variantsOf(manifest: KubernetesObject, live: KubernetesObject): readonly KubernetesObject[] {
  const variants: KubernetesObject[] = []
  for (const path of pathsOf(manifest)) {
    const there = valueAt(live, path)
    const value = valueAt(manifest, path)
    for (const other of [undefined, null, there, ...othersThan(value)])
      variants.push(withValue(manifest, path, other))
    if (isMapping(value) && isMapping(there)) {
      for (const [field, more] of Object.entries(there)) {
        if (!Object.hasOwn(value, field))
          variants.push(withValue(manifest, path, { ...value, [field]: more }))
      }
    }
  }
  const known = new Set([JSON.stringify(manifest)])
  return variants.filter((each) => {
    const text = JSON.stringify(each)
    const isNew = !known.has(text)
    known.add(text)
    return isNew
  })
}

/** A manifest whose mappings of texts and numbers are empty, as far as a kind does without them. */
export function hollowed(manifest: KubernetesObject): KubernetesObject {
  return { ...manifest, ...(JSON.parse(JSON.stringify({ spec: manifest.spec }), hollow) as object) }
}

const needed = new Set([
  'selector',
  'template',
  'jobTemplate',
  'labels',
  'spec',
  'metadata',
  'scaleTargetRef',
])

function hollow(key: string, value: unknown): unknown {
  const isInner = key !== '' && !/^\d+$/.test(key) && !needed.has(key)
  return isInner && isMapping(value) && Object.values(value).every((each) => typeof each !== 'object')
    ? {}
    : value
}

function othersThan(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [`${value}x`, value.toUpperCase(), value === '' ? 0 : Number(value)]
  if (typeof value === 'number') return [value + 1, String(value)]
  if (typeof value === 'boolean') return [!value]
  if (Array.isArray(value))
    return [[], value.toReversed(), [...(value as unknown[]), ...(value as unknown[])], value.slice(1)]
  return [{}, [], { ...(value as object), unknownField: 'x' }]
}

/** All places below the object's own names. */
function pathsOf(manifest: KubernetesObject): readonly (readonly string[])[] {
  const naming = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace'])
  const paths: (readonly string[])[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    if (naming.has(path.join('.'))) return
    if (path.length > 0) paths.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [field, below] of Object.entries(value)) visit(below, [...path, field])
  }
  visit(manifest, [])
  return paths.filter((path) => path.join('.') !== 'metadata')
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, field) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[field] : undefined,
    value,
  )
}

/** Undefined takes it out. */
function withValue(manifest: KubernetesObject, path: readonly string[], value: unknown): KubernetesObject {
  const copy = structuredClone(manifest)
  const container = valueAt(copy, path.slice(0, -1)) as Container
  const field = path.at(-1) ?? ''
  if (value !== undefined)
    Object.defineProperty(container, field, { value, enumerable: true, configurable: true, writable: true })
  else if (Array.isArray(container)) container.splice(Number(field), 1)
  else Reflect.deleteProperty(container, field)
  return copy
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
