import type { KubernetesObject } from '../../kubernetes-object.ts'
import type { FieldPath } from '../../manifest-set.ts'
import { withoutFields } from '../../without-fields.ts'
import { noise } from '../compare-objects.ts'
import { diffLines } from './diff-lines.ts'
import { createCurtain, HIDDEN } from './hidden-values.ts'
import { renderValue } from './render-value.ts'

/** Of one object; a manifest of a thousand changed lines is read in the file, not in a log. */
const MAX_LINES = 40

/**
 * What differs between two states of an object, one line for each field: `~ spec.replicas: 2 → 3`, `+` for what comes,
 * `-` for what goes; below a text of several lines its lines. Items of lists go by their name. What the server writes for
 * its own purposes is left out; values of Secrets, and of fields that are encrypted in their file, are hidden before and
 * after. At most 40 lines. Pure.
 *
 * @param encrypted fields of the manifest
 */
export function diffObjects(
  before: KubernetesObject,
  after: KubernetesObject,
  encrypted: readonly FieldPath[] = [],
): readonly string[] {
  const lines: string[] = []
  const isHidden = createCurtain(after, encrypted)
  compare('', [], withoutNoise(before), withoutNoise(after))
  if (lines.length <= MAX_LINES) return lines
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`]

  function compare(path: string, keys: FieldPath, one: unknown, other: unknown): void {
    if (one === other) return
    if (isMapping(one) && isMapping(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        compare(`${path}${renderKey(path, key)}`, [...keys, key], own(one, key), own(other, key))
      }
    } else if (Array.isArray(one) && Array.isArray(other)) compareLists(path, keys, one, other)
    else compareValues(path, keys, one, other)
  }

  function compareLists(
    path: string,
    keys: FieldPath,
    one: readonly unknown[],
    other: readonly unknown[],
  ): void {
    const before = byName(one)
    const after = byName(other)
    if (before !== undefined && after !== undefined) {
      for (const name of new Set([...before.keys(), ...after.keys()])) {
        compare(`${path}[${name}]`, [...keys, 0], before.get(name), after.get(name))
      }
      return
    }
    for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
      compare(`${path}[${index}]`, [...keys, index], one[index], other[index])
    }
  }

  function compareValues(path: string, keys: FieldPath, one: unknown, other: unknown): void {
    const before = renderValue(one)
    const after = renderValue(other)
    const sign = one === undefined ? '+' : other === undefined ? '-' : '~'
    if (isHidden({ path: keys, before: one, after: other })) {
      if (sign !== '~' || JSON.stringify(one) !== JSON.stringify(other))
        lines.push(`${sign} ${path}: ${HIDDEN}`)
    } else if (one === undefined || other === undefined)
      lines.push(`${sign} ${path}: ${sign === '+' ? after : before}`)
    else if (isText(one) && isText(other)) {
      lines.push(`~ ${path}:`, ...diffLines(one, other).map((line) => `    ${line}`))
    } else lines.push(`~ ${path}: ${before} → ${after}`)
  }
}

function withoutNoise(object: KubernetesObject): object {
  const { annotations, ...metadata } = withoutFields(object.metadata, noise) as KubernetesObject['metadata']
  const kept = withoutFields(annotations ?? {}, ['kubectl.kubernetes.io/last-applied-configuration'])
  return { ...withoutFields(object, ['status']), metadata: { ...metadata, annotations: kept } }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A key may be called as what every object of JavaScript has: `constructor`. */
function own(mapping: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined
}

/** Worth to be shown line by line. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n')
}

/** `.replicas`, and for keys with dots (as of labels and files) `["config.yaml"]`. */
function renderKey(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
  return path === '' ? key : `.${key}`
}

/** The items of a list by their names; undefined when they have none, or one twice. */
function byName(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const named = new Map<string, unknown>()
  for (const item of list) {
    const name = isMapping(item) ? item.name : undefined
    if (typeof name !== 'string' || named.has(name)) return undefined
    named.set(name, item)
  }
  return named
}
