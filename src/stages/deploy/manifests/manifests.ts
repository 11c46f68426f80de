import type { StepContext } from '../../../pipeline/index.ts'
import type {
  AppliedObject,
  Manifest,
  ManifestSet,
  WrittenObject,
} from '../../../systems/kubernetes/cluster.ts'
import type { Deployment } from '../deployment.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { addNamespaces } from './add-namespaces.ts'
import { ChangeLines } from './change-lines.ts'
import { ensureConfigurationKey } from './configuration-key.ts'
import { stampConfiguration } from './stamp-configuration.ts'

export interface AppliedManifests {
  /** As they were sent: pinned and stamped. Without the Secrets that came from Vault. */
  readonly manifests: readonly Manifest[]
  readonly applied: readonly AppliedObject[]
}

/** Applies the manifests, the service's image pinned by digest; `onApplied` hears of each object as it is written. */
export async function applyManifests(
  deployment: Deployment,
  readSet: (signal: AbortSignal) => Promise<ManifestSet>,
  secrets: Secrets,
  step: StepContext,
  onApplied: (written: WrittenObject) => void,
): Promise<AppliedManifests> {
  const { settings, cluster } = deployment
  if (!settings.manifests.configured) return { manifests: [], applied: [] }
  const { manifests: pinned, notes } = await readSet(step.signal)
  for (const note of notes) step.log.info(note)
  const { namespace } = settings
  const where = { cluster, namespace, service: deployment.config.service }
  const key = await ensureConfigurationKey(where, step.signal)
  const manifests = stampConfiguration(pinned, { others: secrets.objects, namespace, key })
  const fromVault = secrets.objects.map((object) => ({ object, source: 'deploy.secrets' }))
  const set = await addNamespaces([...fromVault, ...manifests], settings.namespace, cluster, step.signal)
  const changes = new ChangeLines()
  const applied = await cluster.apply(set, {
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
