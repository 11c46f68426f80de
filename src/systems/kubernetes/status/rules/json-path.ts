/** One step of a path: a field, a place in a list (from its end when negative), all of them, or those that match. */
type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly all: true }
  | { readonly where: readonly Step[]; readonly is: string }

export type JsonPath = readonly Step[]

const FIELD = /^\.((?:[\w/-]|\\\.)+)/
const QUOTED = /^\[(['"])(.*?)\1\]/
const INDEX = /^\[(-?\d{1,9})\]/
const ALL = /^(?:\[\*\]|\.\*)/
const FILTER = /^\[\?\(@((?:\.(?:[\w/-]|\\\.)+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]/

/**
 * A path as `kubectl wait --for=jsonpath=` takes it, with or without braces: fields (`.status.phase`, `['a.b']`, `a\.b`),
 * places (`[0]`, `[-1]`), all (`[*]`), and a comparison (`[?(@.type=="Ready")]`). Scripts and ranges are not part of it.
 * Pure.
 *
 * @returns undefined for what is no such path
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  const inner = /^\{(.*)\}$/.exec(text.trim())?.[1] ?? text.trim()
  let rest = inner.startsWith('$') ? inner.slice(1) : inner
  if (!/^[.[]/.test(rest)) return undefined
  const steps: Step[] = []
  while (rest !== '') {
    const found = parseStep(rest)
    if (found === undefined) return undefined
    steps.push(found.step)
    rest = rest.slice(found.length)
  }
  return steps
}

/** Everything in a value that a path leads to. Pure. */
export function findAll(value: unknown, [step, ...rest]: JsonPath): readonly unknown[] {
  if (step === undefined) return value === undefined ? [] : [value]
  return children(value, step).flatMap((child) => findAll(child, rest))
}

function parseStep(text: string): { readonly step: Step; readonly length: number } | undefined {
  const all = ALL.exec(text)
  if (all !== null) return { step: { all: true }, length: all[0].length }
  const field = FIELD.exec(text)
  if (field !== null) return { step: { field: unescape(field[1] ?? '') }, length: field[0].length }
  const quoted = QUOTED.exec(text)
  if (quoted !== null) return { step: { field: quoted[2] ?? '' }, length: quoted[0].length }
  const index = INDEX.exec(text)
  if (index !== null) return { step: { index: Number(index[1]) }, length: index[0].length }
  const filter = FILTER.exec(text)
  const where = filter === null ? undefined : parseJsonPath(filter[1] ?? '')
  if (filter === null || where === undefined) return undefined
  return { step: { where, is: filter[2] ?? filter[3] ?? filter[4] ?? '' }, length: filter[0].length }
}

function children(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if ('field' in step) {
    return Object.hasOwn(value, step.field) ? [(value as Record<string, unknown>)[step.field]] : []
  }
  const all: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  if ('all' in step) return all
  if (!Array.isArray(value)) return []
  if ('index' in step) return value.slice(step.index, step.index === -1 ? undefined : step.index + 1)
  return all.filter((each) => findAll(each, step.where).some((found) => renderValue(found) === step.is))
}

function unescape(field: string): string {
  return field.replaceAll('\\.', '.')
}

/** A value as it is compared; undefined for what is more than one. */
export function renderValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
