import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import { containersOf } from '../status/pod.ts'
import type { Pod } from '../status/objects.ts'

const LINES = 10
const MAX_BYTES = 64 * 1024

/**
 * The last lines that a container wrote, each as `log: …`: of the run that ended when it was started anew, for the new
 * one has not failed yet. Empty when there are none to be had; evidence must not hide what it is for.
 */
export async function readLastLines(
  client: ApiClient,
  pod: Pod,
  container: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const status = containersOf(pod).find((each) => each.name === container)
  const previous = status?.state?.running !== undefined && (status.restartCount ?? 0) > 0
  try {
    const answer = await client.sendRaw({
      method: 'GET',
      path: resourcePath(known.pods, { ...pod.metadata, subresource: 'log' }),
      query: {
        container,
        tailLines: String(LINES),
        limitBytes: String(MAX_BYTES),
        previous: previous ? 'true' : undefined,
      },
      accept: '*/*',
      signal,
      purpose: `read the log of pod ${pod.metadata.name}`,
      policy: { attempts: 2 },
    })
    const lines = answer
      .text()
      .split('\n')
      .filter((line) => line.trim() !== '')
    return lines.slice(-LINES).map((line) => `log: ${line.length > 500 ? `${line.slice(0, 500)}…` : line}`)
  } catch {
    return []
  }
}
