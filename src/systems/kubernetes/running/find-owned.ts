import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Connected } from '../connected.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import { isOwnedBy } from '../status/objects.ts'

interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** Owners above a pod: Knative has four (ReplicaSet, Deployment, Revision, Configuration) below its Service. */
const MAX_DEPTH = 8

/**
 * The pods that an object owns, through however many owners between. Owners that are not known are asked for, each
 * once; one that may not be read, or is gone, ends the way up.
 */
export async function findOwned(
  { client, discovery }: Connected,
  object: KubernetesObject,
  known: { readonly pods: readonly KubernetesObject[]; readonly replicaSets: readonly KubernetesObject[] },
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const { uid, namespace } = object.metadata
  const objects = new Map<string, Promise<KubernetesObject | undefined>>()
  for (const each of known.replicaSets) objects.set(each.metadata.uid ?? '', Promise.resolve(each))

  async function ask({ apiVersion, kind, name }: Owner): Promise<KubernetesObject | undefined> {
    const resource = await discovery.find({ apiVersion, kind }, signal)
    if (resource === undefined) return undefined
    const { body } = await client.send({
      method: 'GET',
      path: resourcePath(resource, { name, ...(namespace === undefined ? {} : { namespace }) }),
      signal,
      purpose: `get ${kind} ${name}`,
      allow: [403, 404],
    })
    return body as KubernetesObject | undefined
  }

  async function isOurs(each: KubernetesObject, depth = 0): Promise<boolean> {
    if (isOwnedBy(each, uid)) return true
    const owner = controllerOf(each)
    if (owner === undefined || depth >= MAX_DEPTH) return false
    const asked = objects.get(owner.uid) ?? ask(owner)
    objects.set(owner.uid, asked)
    const above = await asked
    return above?.metadata.uid === owner.uid && isOurs(above, depth + 1)
  }

  const ours = await Promise.all(known.pods.map((pod) => isOurs(pod)))
  return known.pods.filter((_, index) => ours[index])
}

function controllerOf({ metadata }: KubernetesObject): Owner | undefined {
  const owners = (metadata.ownerReferences ?? []) as readonly Owner[]
  return owners.find((each) => each.controller === true)
}
