import { StagegateError } from '../../../errors/index.ts'
import type { FieldPath, Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { objectId, parseApiVersion, renderId } from '../../../systems/kubernetes/object-id.ts'
import type { Deployment } from '../deployment.ts'
import { readLastGood } from '../finalize/record.ts'

/**
 * The set with those fields hidden, too, that were encrypted when it was deployed last: the cluster still has what they
 * held, under names that the files may no longer have. Without a record that can be read, the set as it is.
 */
export async function hideAsBefore(
  manifests: readonly Manifest[],
  deployment: Pick<Deployment, 'config' | 'settings' | 'cluster'>,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const { namespace } = deployment.settings
  // A record that is damaged stops the deployment elsewhere; a dry run may lack the right to read Secrets.
  const good = await readLastGood(deployment, signal).catch((thrown: unknown) => {
    if (thrown instanceof StagegateError) return undefined
    throw thrown
  })
  const before = new Map(good?.manifests.map((each) => [keyOf(each, namespace), each.hidden ?? []]))
  return manifests.map((manifest) => {
    const earlier = before.get(keyOf(manifest, namespace)) ?? []
    return earlier.length === 0 ? manifest : { ...manifest, hidden: join(manifest.hidden ?? [], earlier) }
  })
}

function join(one: readonly FieldPath[], other: readonly FieldPath[]): readonly FieldPath[] {
  return [...new Map([...one, ...other].map((path) => [JSON.stringify(path), path])).values()]
}

function keyOf({ object }: Manifest, namespace: string): string {
  const { metadata } = object
  const id = objectId({ ...object, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } })
  return `${parseApiVersion(object.apiVersion).group} ${renderId(id)}`
}
