import { StagegateError } from '../../../errors/index.ts'
import type { ManifestSet } from '../../../systems/kubernetes/manifest-set.ts'
import type { Configs, Deployment } from '../deployment.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { isWorkload, pinImages } from './pin-images.ts'

/**
 * The manifests as they are sent: the service's image pinned, the commits on workloads' own metadata.
 *
 * @param encrypted what becomes of an encrypted file when there is no key
 * @throws StagegateError E_MANIFEST_NONE, E_MANIFEST_INVALID, and what `Kubernetes.readManifests` throws
 */
export async function readPinned(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems' | 'image' | 'cluster'>,
  configs: Configs,
  secrets: Pick<Secrets, 'ageKeys'>,
  signal: AbortSignal,
  encrypted: 'refuse' | 'leave-out' = 'refuse',
): Promise<ManifestSet> {
  const { config, image, settings, systems, cluster } = deployment
  if (!settings.manifests.configured) return { manifests: [], notes: [] }
  const kubernetes = await systems.kubernetes()
  const { sources, allow } = settings.manifests
  const { manifests: read, notes } = await kubernetes.readManifests({
    root: configs.root,
    sources,
    namespace: settings.namespace,
    release: config.service,
    allow,
    ageKeys: secrets.ageKeys,
    encrypted,
    cluster,
    signal,
  })
  if (read.length === 0) {
    throw new StagegateError('E_MANIFEST_NONE', {
      message: `There is no manifest in ${sources.map((each) => each.path).join(', ')}.`,
      ...(notes.length === 0 ? {} : { evidence: notes }),
    })
  }
  const stamp = {
    service: config.service,
    repository: image.repository,
    digest: image.digest,
    commit: config.trigger.commit,
    configCommit: configs.commit,
  }
  const pinned = read.map((each) => ({ manifest: each, ...pinImages(each.object, stamp) }))
  if (pinned.some((each) => isWorkload(each.object)) && pinned.every((each) => each.pinned === 0)) {
    throw new StagegateError('E_MANIFEST_INVALID', {
      message: `No container of the manifests runs this service's image.`,
      evidence: [`looked for the image names ${image.repository} and ${config.service}, with any tag`],
      state: 'Nothing was applied.',
      next: `Name the image ${config.service} in the manifest of the service.`,
    })
  }
  return { manifests: pinned.map(({ manifest, object }) => ({ ...manifest, object })), notes }
}
