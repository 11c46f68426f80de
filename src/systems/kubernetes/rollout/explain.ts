import type { ApiClient } from '../client/api-client.ts'
import { gatherEvidence } from '../evidence/gather-evidence.ts'
import { renderEvidence } from '../evidence/render-evidence.ts'
import type { KubernetesEvent } from '../status/objects.ts'
import type { Judged } from './judge-all.ts'

/** Why objects failed, or what they wait for: the pod and container, the last lines of their log, the last warnings. */
export async function explain(
  client: ApiClient,
  judged: readonly Judged[],
  events: readonly KubernetesEvent[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return renderEvidence(await gatherEvidence(client, judged, events, signal))
}
