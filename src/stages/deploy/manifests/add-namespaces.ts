import { StagegateError } from '../../../errors/index.ts'
import type { Cluster } from '../../../systems/kubernetes/cluster.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { mapConcurrently } from '../../../systems/kubernetes/concurrency.ts'

/**
 * The set with the namespaces that its objects name and that nobody has made: neither the cluster nor the set has them.
 * Those that there are stay as they are, and whoever may not look at one is taken to know that it is there.
 *
 * @param own the environment's namespace, which is there
 */
export async function addNamespaces(
  manifests: readonly Manifest[],
  own: string,
  cluster: Pick<Cluster, 'get'>,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const missing = await mapConcurrently(namespacesOf(manifests, own), async ({ name, source }) =>
    (await exists(cluster, name, signal)) ? [] : [namespaceManifest(name, source)],
  )
  return [...missing.flat(), ...manifests]
}

/** The set with the environment's own namespace where nobody has made it: a dry run does not make it beforehand. */
export async function addOwnNamespace(
  manifests: readonly Manifest[],
  own: string,
  cluster: Pick<Cluster, 'get'>,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  if (definedIn(manifests).has(own) || (await exists(cluster, own, signal))) return manifests
  return [namespaceManifest(own, 'deploy.namespace'), ...manifests]
}

/** The namespaces that objects name and that the set does not define, each with who names it first. Pure. */
function namespacesOf(
  manifests: readonly Manifest[],
  own: string,
): readonly { readonly name: string; readonly source: string }[] {
  const known = new Set([own, ...definedIn(manifests)])
  return manifests.flatMap(({ object, source }) => {
    const name = object.metadata.namespace
    if (name === undefined || known.has(name)) return []
    known.add(name)
    return [{ name, source }]
  })
}

function definedIn(manifests: readonly Manifest[]): ReadonlySet<string> {
  const defined = manifests.filter(({ object }) => object.kind === 'Namespace' && object.apiVersion === 'v1')
  return new Set(defined.map(({ object }) => object.metadata.name))
}

async function exists(cluster: Pick<Cluster, 'get'>, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name }, signal)) !== undefined
  } catch (thrown) {
    if (thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') return true
    throw thrown
  }
}

function namespaceManifest(name: string, source: string): Manifest {
  return {
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    source: `${source} (its namespace)`,
  }
}
