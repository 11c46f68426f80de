import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Manifest, ManifestLimits } from '../manifest-set.ts'
import { objectId, parseApiVersion, renderId } from '../object-id.ts'

/** Groups of Kubernetes itself; a kind of another group is named with it. */
const ownGroups = /^(?:|apps|batch|autoscaling|policy|[\w.-]+\.k8s\.io)$/

/**
 * Objects that the configuration does not allow, by their kind or by the namespace that they are in or make. The
 * environment's own namespace, where objects go that name none, is always allowed. Pure.
 */
export function findDisallowed(
  manifests: readonly Manifest[],
  { namespaces, kinds }: ManifestLimits,
  own: string,
): readonly string[] {
  return manifests.flatMap(({ object, source }) => {
    const title = renderId(objectId(object))
    const namespace = namespaceOf(object)
    const problems: string[] = []
    if (kinds !== undefined && !kinds.some((each) => means(each, object)))
      problems.push(
        `${source}: ${title}: the kind is not one of those that are allowed (${kinds.join(', ')})`,
      )
    if (namespaces !== undefined && namespace !== undefined && ![own, ...namespaces].includes(namespace)) {
      const allowed = [...new Set([own, ...namespaces])].join(', ')
      problems.push(
        `${source}: ${title}: the namespace ${namespace} is not one of those that are allowed (${allowed})`,
      )
    }
    return problems
  })
}

function namespaceOf({ apiVersion, kind, metadata }: KubernetesObject): string | undefined {
  return kind === 'Namespace' && apiVersion === 'v1' ? metadata.name : metadata.namespace
}

function means(allowed: string, { apiVersion, kind }: KubernetesObject): boolean {
  const { group } = parseApiVersion(apiVersion)
  const slash = allowed.lastIndexOf('/')
  if (slash === -1) return kind === allowed && ownGroups.test(group)
  const name = allowed.slice(slash + 1)
  return group === allowed.slice(0, slash) && (name === '*' || name === kind)
}
