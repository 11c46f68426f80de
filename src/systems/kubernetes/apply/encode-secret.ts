import type { KubernetesObject } from '../kubernetes-object.ts'
import { isSecret } from '../object-id.ts'
import { withoutFields } from '../without-fields.ts'

/**
 * A Secret with its `stringData` as `data`, which wins over it as on the server. The server does the same on each write
 * but goes on to count the keys of `stringData` as ours, so that a key that leaves the manifest would stay in the
 * cluster (seen with 1.34). What is no text is left for the server to refuse. Pure.
 */
export function encodeSecret(object: KubernetesObject): KubernetesObject {
  if (!isSecret(object) || !isTexts(object.stringData)) return object
  const encoded = Object.entries(object.stringData).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ])
  const data = { ...(object.data as object | undefined), ...(Object.fromEntries(encoded) as object) }
  return { ...(withoutFields(object, ['stringData']) as KubernetesObject), data }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  )
}
