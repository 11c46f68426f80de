import { unreadableReport } from './limits.ts'

/** @throws StagegateError E_REPORT_UNREADABLE */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown
  } catch (error) {
    throw unreadableReport(source, 'it is not valid JSON', error)
  }
}

/** The value at a path of keys and indexes; undefined where there is none. Own properties only: `__proto__` is a name. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string | number, unknown>)[key]
  }
  return current
}

export function stringAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** An empty one where there is none. */
export function arrayAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...path)
  return Array.isArray(found) ? (found as readonly unknown[]) : []
}

/** The strings of an array; others are left out. */
export function stringsAt(value: unknown, ...path: readonly (string | number)[]): readonly string[] {
  return arrayAt(value, ...path).filter((each) => typeof each === 'string')
}
