import { randomBytes } from 'node:crypto'
import { StagegateError } from '../../../errors/index.ts'
import { bookkeepingName, managedLabel } from '../../../systems/kubernetes/bookkeeping.ts'
import type { Cluster } from '../../../systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'

interface Where {
  readonly cluster: Cluster
  readonly namespace: string
  readonly service: string
}

/** Another key makes every pod that reads configuration roll once. */
export function newConfigurationKey(): Uint8Array {
  return randomBytes(32)
}

/** The Secret in the service's namespace that keeps the key of its configuration hashes. */
export function keyManifest({ namespace, service }: Omit<Where, 'cluster'>, key: Uint8Array): Manifest {
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: bookkeepingName(service, 'key'), namespace, labels: managedLabel },
    type: 'stagegate.dev/key',
    data: { key: Buffer.from(key).toString('base64') },
  }
  return { object, source: 'the key of the configuration hashes' }
}

/** For a dry run, which writes nothing: undefined where no deployment was, or where Secrets may not be read. */
export async function peekConfigurationKey(
  where: Where,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await readConfigurationKey(where, signal)
  } catch (thrown) {
    if (thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') return undefined
    throw thrown
  }
}

/** Undefined before the first deployment that needed one. */
export async function readConfigurationKey(
  { cluster, namespace, service }: Where,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const name = bookkeepingName(service, 'key')
  const found = await cluster.get({ apiVersion: 'v1', kind: 'Secret', name, namespace }, signal)
  const text = (found?.data as Readonly<Record<string, string>> | undefined)?.key
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}
