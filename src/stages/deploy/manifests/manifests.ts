import type { StepContext } from '../../../pipeline/index.ts'
import type { AppliedObject, WrittenObject } from '../../../systems/kubernetes/applied-object.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import type { Deployment } from '../deployment.ts'
import { ChangeLines } from './change-lines.ts'
import type { DeploymentSet } from './deployment-set.ts'

export interface AppliedManifests {
  /** As they were sent: pinned and stamped. Without the Secrets that came from Vault. */
  readonly manifests: readonly Manifest[]
  /** All but our own bookkeeping. */
  readonly applied: readonly AppliedObject[]
}

/** Applies the set; `onApplied` hears of each object as it is written. */
export async function applyManifests(
  deployment: Deployment,
  makeSet: (signal: AbortSignal) => Promise<DeploymentSet>,
  step: StepContext,
  onApplied: (written: WrittenObject) => void,
): Promise<AppliedManifests> {
  const { settings, cluster } = deployment
  if (!settings.manifests.configured) return { manifests: [], applied: [] }
  const { manifests, objects, bookkeeping, notes } = await makeSet(step.signal)
  for (const note of notes) step.log.info(note)
  const changes = new ChangeLines()
  const written = await cluster.apply([...bookkeeping, ...objects], {
    namespace: settings.namespace,
    dryRun: false,
    signal: step.signal,
    onApplied: (each) => {
      for (const line of changes.render(each)) step.log.info(line)
      onApplied(each)
    },
  })
  const applied = written.slice(bookkeeping.length)
  const count = (change: AppliedObject['change']): number =>
    applied.filter((each) => each.change === change).length
  step.fact(
    'objects',
    `${count('created')} created, ${count('changed')} changed, ${count('unchanged')} unchanged`,
  )
  return { manifests, applied }
}
