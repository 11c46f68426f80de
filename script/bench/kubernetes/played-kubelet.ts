import type { OwnCluster } from '../../../__tests__/systems/kubernetes/own-cluster.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { parseWatchLine, readLines } from '../../../src/systems/kubernetes/watch/parse-watch.ts'

/** What a namespace's Deployments went through, by the clock of this process; milliseconds. */
export interface Seen {
  /** When the first one was made, and when the last one was available. */
  readonly firstMade: number
  readonly lastAvailable: number
}

/**
 * Says of each new pod that it is ready some time after it was made, as a kubelet would; resolves when so many
 * Deployments are available.
 */
export async function playKubelet(
  own: OwnCluster,
  namespace: string,
  { deployments, startMs }: { readonly deployments: number; readonly startMs: number },
): Promise<Seen> {
  const ended = new AbortController()
  const open = (path: string) =>
    own.client.stream({
      method: 'GET',
      path,
      query: { watch: 'true', resourceVersion: '0' },
      signal: ended.signal,
      purpose: `watch ${path}`,
      silenceMs: 600_000,
    })
  const [pods, workloads] = await Promise.all([
    open(`/api/v1/namespaces/${namespace}/pods`),
    open(`/apis/apps/v1/namespaces/${namespace}/deployments`),
  ])
  const play = async (): Promise<void> => {
    for await (const event of eventsOf(pods)) {
      if (event.type !== 'ADDED') continue
      setTimeout(() => void own.setPod(event.object, true).catch(() => undefined), startMs)
    }
  }
  const playing = play().catch(() => undefined)
  let firstMade = Number.POSITIVE_INFINITY
  const available = new Set<string>()
  try {
    for await (const { object } of eventsOf(workloads)) {
      firstMade = Math.min(firstMade, performance.now())
      const { replicas = 1 } = object.spec as { readonly replicas?: number }
      const { availableReplicas = 0 } = (object.status ?? {}) as { readonly availableReplicas?: number }
      if (availableReplicas >= replicas) available.add(object.metadata.name)
      if (available.size >= deployments) break
    }
    return { firstMade, lastAvailable: performance.now() }
  } finally {
    ended.abort(new Error('enough'))
    await playing
  }
}

async function* eventsOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly type: string; readonly object: KubernetesObject }> {
  for await (const line of readLines(chunks)) {
    const parsed = parseWatchLine(line)
    if (parsed !== 'expired' && 'event' in parsed) yield parsed.event
  }
}
