import { gunzipSync, gzipSync } from 'node:zlib'
import type { KubernetesObject, Manifest } from '../../../systems/kubernetes/cluster.ts'
import { bookkeepingName, type Deployment } from '../deployment.ts'

/** The set of objects of a deployment that was finished, as it was sent; no Secret is in it. */
export interface LastGood {
  readonly commit: string
  /** ISO 8601; records of earlier releases have it not. */
  readonly committedAt?: string
  readonly digest: string
  readonly finishedAt: string
  readonly manifests: readonly Manifest[]
}

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
    metadata: {
      name,
      namespace: settings.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'stagegate' },
    },
    type: 'stagegate.dev/record',
    data: { record: gzipSync(JSON.stringify(record)).toString('base64') },
  }
  await cluster.put(object, signal)
}

/** The last good set, or undefined before the first deployment was finished. */
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
  return JSON.parse(
    gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: 50_000_000 }).toString(),
  ) as LastGood
}
