import type { KubernetesObject } from './kubernetes-object.ts'

/** What names one object in a cluster. */
export interface ObjectId {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

export function objectId({ apiVersion, kind, metadata }: KubernetesObject): ObjectId {
  const { name, namespace } = metadata
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

/** `Deployment staging/api`, `Namespace staging`: as people read it. */
export function renderId({ kind, namespace, name }: Omit<ObjectId, 'apiVersion'>): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** Group and version of `apps/v1`; the group of `v1` is empty. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** Whether the object's values may never be shown. */
export function isSecret({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string
  readonly kind: string
}): boolean {
  return kind === 'Secret' && apiVersion === 'v1'
}
