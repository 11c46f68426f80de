import { gunzipSync, gzipSync } from 'node:zlib'
import { StagegateError } from '../../../errors/index.ts'
import { bookkeepingName, managedLabel } from '../../../systems/kubernetes/bookkeeping.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import type { Deployment } from '../deployment.ts'
import { ownerOf, refuseForeign } from '../owner.ts'
import { type LastGood, parseRecord } from './parse-record.ts'

/** Keeps this set as the last good one. Written only when everything else has succeeded. */
export async function writeLastGood(
  deployment: Deployment,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const { config, image, settings, cluster, systems } = deployment
  const { commit } = config.trigger
  const { committedAt } = await systems.git.describe(config.workspace, commit, signal)
  const record: LastGood = {
    owner: ownerOf(config),
    commit,
    committedAt,
    digest: image.digest,
    finishedAt: systems.clock.now().toISOString(),
    manifests: manifests.filter((each) => each.object.kind !== 'Secret'),
  }
  const name = bookkeepingName(config.service, 'record')
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: settings.namespace, labels: managedLabel },
    type: 'stagegate.dev/record',
    data: { record: gzipSync(JSON.stringify(record)).toString('base64') },
  }
  await cluster.put(object, signal)
}

/**
 * The last good set, or undefined before the first deployment was finished.
 *
 * @throws StagegateError E_RECORD_INVALID; E_SERVICE_NAME_TAKEN when it is another service's
 */
export async function readLastGood(
  deployment: Pick<Deployment, 'config' | 'settings' | 'cluster'>,
  signal: AbortSignal,
): Promise<LastGood | undefined> {
  const { config, settings, cluster } = deployment
  const name = bookkeepingName(config.service, 'record')
  const found = await cluster.get(
    { apiVersion: 'v1', kind: 'Secret', name, namespace: settings.namespace },
    signal,
  )
  const packed = (found?.data as Record<string, string> | undefined)?.record
  if (packed === undefined) return undefined
  const record = parseRecord(unpack(packed) ?? '')
  if (typeof record !== 'string') {
    refuseForeign(`The record ${settings.namespace}/${name}`, record.owner, ownerOf(config))
    return record
  }
  throw new StagegateError('E_RECORD_INVALID', {
    message: `The record of the last deployment of ${config.service}, the Secret ${settings.namespace}/${name}, cannot be used: ${record}.`,
  })
}

/** Undefined for what is not packed as we do it, or is more than a set can be. */
function unpack(packed: string): string | undefined {
  try {
    return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: 50_000_000 }).toString()
  } catch {
    return undefined
  }
}
