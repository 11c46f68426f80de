import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'

const HIDDEN = 'hidden'

/** A Secret with its keys, and something else in place of each value; any other object as it is. Pure. */
export function hideSecretValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object
  const { data, stringData, ...rest } = object
  return {
    ...rest,
    ...(data === undefined ? {} : { data: hide(data, Buffer.from(HIDDEN).toString('base64')) }),
    ...(stringData === undefined ? {} : { stringData: hide(stringData, HIDDEN) }),
  }
}

function hide(values: unknown, instead: string): Readonly<Record<string, string>> {
  const keys = typeof values === 'object' && values !== null ? Object.keys(values) : []
  return Object.fromEntries(keys.map((key) => [key, instead]))
}
