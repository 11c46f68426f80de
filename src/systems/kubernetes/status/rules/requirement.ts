import { findCondition, type Condition } from '../objects.ts'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import { findAll, type JsonPath, parseJsonPath, renderValue } from './json-path.ts'

/** What an object has to say to be ready, or to have failed. */
export interface Requirement {
  /** As it was written. */
  readonly text: string
  readonly path: JsonPath
  /** Undefined when any value will do. */
  readonly value: string | undefined
}

/**
 * A requirement in the words of `kubectl wait --for`: `condition=Ready`, `condition=Ready=False`,
 * `jsonpath={.status.phase}=Running`, `jsonpath={.status.address}`; `jsonpath=` may be left out. Pure.
 *
 * @returns undefined for what is none
 */
export function parseRequirement(text: string): Requirement | undefined {
  const trimmed = text.trim()
  const condition = /^condition=([A-Za-z0-9./-]+?)(?:=(\w+))?$/.exec(trimmed)
  if (condition !== null) {
    const path = parseJsonPath(`.status.conditions[?(@.type=="${condition[1] ?? ''}")].status`)
    const wanted = condition[2] ?? 'True'
    return (
      path && { text: trimmed, path, value: wanted.charAt(0).toUpperCase() + wanted.slice(1).toLowerCase() }
    )
  }
  const bare = trimmed.replace(/^jsonpath=/, '').replace(/^(['"])(\{.*\})\1/, '$2')
  const braced = /^(\{.*\})(?:=(.*))?$/s.exec(bare) ?? /^(\.[^=]*?)(?:=([^=].*))?$/s.exec(bare)
  const path = braced === null ? undefined : parseJsonPath(braced[1] ?? '')
  if (path === undefined || path.length === 0) return undefined
  const value = braced?.[2]?.replace(/^(['"])(.*)\1$/s, '$2')
  return value === '' || value?.startsWith('=') === true ? undefined : { text: trimmed, path, value }
}

/** Whether an object fulfils a requirement: all that its path leads to has the value, and it leads to something. Pure. */
export function fulfils(object: KubernetesObject, { path, value }: Requirement): boolean {
  const found = findAll(object, path)
  if (found.length === 0) return false
  return value === undefined
    ? found.every((each) => each !== null && each !== '')
    : found.every((each) => renderValue(each) === value)
}

/** What an object says of itself: its condition Ready, or the last one. */
export function saysOfItself(object: KubernetesObject): string | undefined {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] }
  const { reason, message } = findCondition(conditions, 'Ready') ?? conditions?.at(-1) ?? {}
  const said = [reason, message].filter((each) => each !== undefined && each !== '')
  return said.length === 0 ? undefined : said.join(': ')
}
