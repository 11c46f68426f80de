import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { AppliedObject, Manifest } from '../../../systems/kubernetes/cluster.ts'
import type { Configs, Deployment } from '../deployment.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { ChangeLines } from './change-lines.ts'
import { isWorkload, pinImages } from './pin-images.ts'

export interface AppliedManifests {
  /** As they were sent: pinned and stamped. Without the Secrets that came from Vault. */
  readonly manifests: readonly Manifest[]
  readonly applied: readonly AppliedObject[]
}

/** Applies the manifests, the service's image pinned by digest; `onApplied` hears of each object as it is written. */
export async function applyManifests(
  deployment: Deployment,
  configs: Configs,
  secrets: Secrets,
  step: StepContext,
  onApplied: (applied: AppliedObject) => void,
): Promise<AppliedManifests> {
  const { settings, cluster } = deployment
  if (!settings.manifests.configured) return { manifests: [], applied: [] }
  const manifests = await readPinned(deployment, configs)
  const fromVault = secrets.objects.map((object) => ({ object, source: 'deploy.secrets' }))
  const changes = new ChangeLines()
  const applied = await cluster.apply([...fromVault, ...manifests], {
    namespace: settings.namespace,
    dryRun: false,
    signal: AbortSignal.any([step.signal, deployment.lease.lost]),
    onApplied: (each) => {
      for (const line of changes.render(each)) step.log.info(line)
      onApplied(each)
    },
  })
  const count = (change: AppliedObject['change']): number =>
    applied.filter((each) => each.change === change).length
  step.fact(
    'objects',
    `${count('created')} created, ${count('changed')} changed, ${count('unchanged')} unchanged`,
  )
  return { manifests, applied }
}

/** The manifests as they are sent: the service's image pinned, the commits on workloads' own metadata. */
export async function readPinned(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems' | 'image'>,
  configs: Configs,
): Promise<readonly Manifest[]> {
  const { config, image, settings, systems } = deployment
  if (!settings.manifests.configured) return []
  const kubernetes = await systems.kubernetes()
  const read = await kubernetes.readManifests(configs.root, settings.manifests.paths)
  if (read.length === 0) {
    throw new StagegateError('E_MANIFEST_NONE', {
      message: `There is no manifest in ${settings.manifests.paths.join(', ')}.`,
    })
  }
  const stamp = {
    service: config.service,
    repository: image.repository,
    digest: image.digest,
    commit: config.trigger.commit,
    configCommit: configs.commit,
  }
  const pinned = read.map((each) => ({ ...pinImages(each.object, stamp), source: each.source }))
  if (pinned.some((each) => isWorkload(each.object)) && pinned.every((each) => each.pinned === 0)) {
    throw new StagegateError('E_MANIFEST_INVALID', {
      message: `No container of the manifests runs this service's image.`,
      evidence: [`looked for the image names ${image.repository} and ${config.service}, with any tag`],
      state: 'Nothing was applied.',
      next: `Name the image ${config.service} in the manifest of the service.`,
    })
  }
  return pinned.map(({ object, source }) => ({ object, source }))
}
