import { randomBytes } from 'node:crypto'
import { StagegateError } from '../../../errors/index.ts'
import { bookkeepingName, managedLabel } from '../../../systems/kubernetes/bookkeeping.ts'
import type { Cluster, KubernetesObject } from '../../../systems/kubernetes/cluster.ts'

interface Where {
  readonly cluster: Cluster
  readonly namespace: string
  readonly service: string
}

/** The key of a service's configuration hashes; made and kept in a Secret of its namespace by the first deployment. */
export async function ensureConfigurationKey(where: Where, signal: AbortSignal): Promise<Uint8Array> {
  const kept = await readKey(where, signal)
  if (kept !== undefined) return kept
  const key = randomBytes(32)
  const { cluster, namespace, service } = where
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: bookkeepingName(service, 'key'), namespace, labels: managedLabel },
    type: 'stagegate.dev/key',
    data: { key: key.toString('base64') },
  }
  await cluster.put(object, signal)
  return key
}

/** For a dry run, which writes nothing: undefined where no deployment was, or where Secrets may not be read. */
export async function peekConfigurationKey(
  where: Where,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await readKey(where, signal)
  } catch (thrown) {
    if (thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') return undefined
    throw thrown
  }
}

async function readKey(
  { cluster, namespace, service }: Where,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const name = bookkeepingName(service, 'key')
  const found = await cluster.get({ apiVersion: 'v1', kind: 'Secret', name, namespace }, signal)
  const text = (found?.data as Readonly<Record<string, string>> | undefined)?.key
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}
