import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import type { LogSource } from './follow-log.ts'
import { cutAtWord, withoutBrokenEnd } from '../../../text/index.ts'

export interface LogTail {
  readonly lines: number
  readonly bytes: number
  /** Of the run before this one. */
  readonly previous: boolean
}

/** What a node answers in the place of a log that it has no more. */
const NO_LOG = 'unable to retrieve container logs for '
/** How much is asked for, for each byte that is kept: lines are of different lengths. */
const ASKED = 8
/** How many fewer lines are asked for when that was too much. */
const FEWER = 6

/** The last lines of a container's log, without empty ones; none where they cannot be had: evidence must not hide what it is for. */
export async function readLog(
  client: ApiClient,
  source: LogSource,
  { lines, bytes, previous }: LogTail,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const limit = bytes * ASKED
  try {
    for (let asked = lines; ; asked = Math.floor(asked / FEWER)) {
      const tail = Math.max(1, asked)
      const body = await readTail(client, source, { lines: tail, bytes: limit, previous }, signal)
      // The server counts bytes from the beginning of those lines: what it left out is the end of the log.
      if (body.length >= limit && tail > 1) continue
      // Where the server has cut, it may have left half a secret.
      if (body.length >= limit) return linesOf(cutAtWord(withoutBrokenEnd(body.toString('utf8')), bytes - 1))
      return linesOf(keepEnd(body, bytes))
    }
  } catch {
    return []
  }
}

async function readTail(
  client: ApiClient,
  { namespace, pod, container }: LogSource,
  { lines, bytes, previous }: LogTail,
  signal: AbortSignal,
): Promise<Buffer> {
  const { body } = await client.sendRaw({
    method: 'GET',
    path: resourcePath(known.pods, { namespace, name: pod, subresource: 'log' }),
    query: {
      container,
      tailLines: String(lines),
      limitBytes: String(bytes),
      previous: previous ? 'true' : undefined,
    },
    accept: '*/*',
    signal,
    purpose: `read the log of pod ${namespace}/${pod}`,
    policy: { attempts: 2 },
  })
  return Buffer.from(body)
}

/** The end, from a line's beginning on: half a line may be half a secret. A last line that is longer is cut at its end. */
function keepEnd(body: Buffer, bytes: number): string {
  if (body.length <= bytes) return body.toString('utf8')
  const lastEnd = body.at(-1) === NEW_LINE ? body.length - 1 : body.length
  const begin = body.indexOf(NEW_LINE, body.length - bytes - 1) + 1
  if (begin > 0 && begin < lastEnd) return body.subarray(begin).toString('utf8')
  return cutAtWord(body.subarray(body.lastIndexOf(NEW_LINE, lastEnd - 1) + 1).toString('utf8'), bytes - 1)
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith(NO_LOG))
}

const NEW_LINE = 0x0a
