import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import type { LogSource } from './follow-log.ts'

export interface LogTail {
  readonly lines: number
  readonly bytes: number
  /** Of the run before this one. */
  readonly previous: boolean
}

/** What a node answers in the place of a log that it has no more. */
const NO_LOG = 'unable to retrieve container logs for '

/** The last lines of a container's log, without empty ones; none where they cannot be had: evidence must not hide what it is for. */
export async function readLog(
  client: ApiClient,
  { namespace, pod, container }: LogSource,
  { lines, bytes, previous }: LogTail,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const answer = await client.sendRaw({
      method: 'GET',
      path: resourcePath(known.pods, { namespace, name: pod, subresource: 'log' }),
      // The server counts bytes from the beginning of those lines: more than what is kept of their end.
      query: {
        container,
        tailLines: String(lines),
        limitBytes: String(bytes * 8),
        previous: previous ? 'true' : undefined,
      },
      accept: '*/*',
      signal,
      purpose: `read the log of pod ${namespace}/${pod}`,
      policy: { attempts: 2 },
    })
    const kept = Buffer.from(answer.body).subarray(-bytes).toString('utf8').split(/\r?\n/)
    // Half a line may be half a secret.
    if (answer.body.length > bytes) kept.shift()
    return kept.filter((line) => line.trim() !== '' && !line.startsWith(NO_LOG))
  } catch {
    return []
  }
}
