import type { ObjectId } from '../object-id.ts'
import { cut } from '../../../text/index.ts'

/** What is wrong with the body of a success; undefined when it is what was asked for. */
export type BodyCheck = (body: unknown) => string | undefined

/**
 * A failure that came as a success, as from a proxy that makes its own status: to take it for an object would be to
 * take what was refused for done. Pure.
 *
 * @param sensitive the server's message may repeat values of a Secret
 */
export function findFailure(body: unknown, sensitive: boolean): string | undefined {
  const { kind, status, reason, message } = record(body)
  if (kind !== 'Status' || status !== 'Failure') return undefined
  const said = [reason, sensitive ? undefined : message].filter((each) => typeof each === 'string')
  return `the answer is a failure with the status of a success (${cut(said.join(': '), 1000)})`
}

/** That the answer is this very object, in the version that was asked for. */
export function expectObject({ apiVersion, kind, name, namespace }: ObjectId): BodyCheck {
  return (body) => {
    const object = record(body)
    const metadata = record(object.metadata)
    const wrong = [
      ['apiVersion', object.apiVersion, apiVersion],
      ['kind', object.kind, kind],
      ['name', metadata.name, name],
      ['namespace', metadata.namespace, namespace],
    ].find(([, seen, expected]) => seen !== expected)
    if (wrong === undefined) return undefined
    const [field = '', seen, expected = 'nothing'] = wrong
    return `the answer is another object: ${String(field)} is ${quote(seen)}, not ${String(expected)}`
  }
}

/** That the answer is a list of a kind. */
export function expectList(kind: string): BodyCheck {
  return (body) => {
    const list = record(body)
    // An empty list may have `null` for its items.
    const isList = list.kind === `${kind}List` && (list.items === null || Array.isArray(list.items))
    return isList ? undefined : `the answer is no list of ${kind} objects: its kind is ${quote(list.kind)}`
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(cut(value, 100)) : 'missing'
}
