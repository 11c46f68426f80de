import type { Cluster } from '../../../systems/kubernetes/cluster.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { mapConcurrently } from '../../../systems/kubernetes/concurrency.ts'
import type { ActiveDeploySettings } from '../deployment.ts'
import { peekConfigurationKey } from './configuration-key.ts'
import { stampConfiguration } from './stamp-configuration.ts'

/** Stamps with the values that Secrets from Vault have in the cluster now: theirs are not read for a preview. */
export async function stampAsLive(
  cluster: Cluster,
  service: string,
  { namespace, secrets }: ActiveDeploySettings,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const key = await peekConfigurationKey({ cluster, namespace, service }, signal)
  if (key === undefined) return manifests
  const names = (secrets.configured ? secrets.entries : []).flatMap(({ to }) =>
    to.kind === 'kubernetes' ? [to.secret] : [],
  )
  const live = await mapConcurrently(names, (name) =>
    cluster.get({ apiVersion: 'v1', kind: 'Secret', name, namespace }, signal),
  )
  const others = live.filter((each) => each !== undefined)
  return stampConfiguration(manifests, { others, namespace, key })
}
