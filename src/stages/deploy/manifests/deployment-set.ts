import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import type { Configs, Deployment } from '../deployment.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { addNamespaces } from './add-namespaces.ts'
import { hideAsBefore } from './hide-as-before.ts'
import { keyManifest, newConfigurationKey, readConfigurationKey } from './configuration-key.ts'
import { readPinned } from './read-pinned.ts'
import { readsConfiguration, stampConfiguration } from './stamp-configuration.ts'

/** All that a deployment applies, in the form in which it is applied. */
export interface DeploymentSet {
  /** Those of the files, pinned and stamped: what is recorded as the good set. */
  readonly manifests: readonly Manifest[]
  /** With Secrets from Vault, and the namespaces that nobody has made: what rules are asked about. */
  readonly objects: readonly Manifest[]
  /** What is applied beside them for our own bookkeeping. */
  readonly bookkeeping: readonly Manifest[]
  /** What was left out, and why; nothing secret. */
  readonly notes: readonly string[]
}

/** Makes the set once for the steps of a deployment; what failed is tried again by the next step. */
export function shareSet(
  deployment: Parameters<typeof makeSet>[0],
  configs: Configs,
  secrets: Pick<Secrets, 'ageKeys' | 'objects'>,
): (signal: AbortSignal) => Promise<DeploymentSet> {
  let made: DeploymentSet | undefined
  return async (signal) => (made ??= await makeSet(deployment, configs, secrets, signal))
}

/**
 * Reads only. The key of the configuration's hashes is asked for where a pod reads configuration, and where there is none
 * yet it comes with the set: so it is written after the dry run of everything, or not at all.
 *
 * @throws StagegateError what `readPinned` throws, E_NAMESPACE_MISSING, E_KUBE_*
 */
async function makeSet(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems' | 'image' | 'cluster'>,
  configs: Configs,
  secrets: Pick<Secrets, 'ageKeys' | 'objects'>,
  signal: AbortSignal,
): Promise<DeploymentSet> {
  const { config, settings, cluster } = deployment
  const { namespace } = settings
  if (!settings.manifests.configured) return { manifests: [], objects: [], bookkeeping: [], notes: [] }
  const { manifests: pinned, notes } = await readPinned(deployment, configs, secrets, signal)
  const fromVault = secrets.objects.map((object) => ({ object, source: 'deploy.secrets' }))
  const scope = { others: secrets.objects, namespace }
  const bookkeeping: Manifest[] = []
  let manifests = pinned
  if (readsConfiguration(pinned, scope)) {
    const where = { cluster, namespace, service: config.service }
    let key = await readConfigurationKey(where, signal)
    if (key === undefined) {
      key = newConfigurationKey()
      bookkeeping.push(keyManifest(where, key))
    }
    manifests = stampConfiguration(pinned, { ...scope, key })
  }
  // Not in the record: of fields that are encrypted no longer, the cluster has nothing secret after this deployment.
  const hidden = await hideAsBefore(manifests, deployment, signal)
  const objects = await addNamespaces([...fromVault, ...hidden], namespace, cluster, signal)
  return { manifests, objects, bookkeeping, notes }
}
