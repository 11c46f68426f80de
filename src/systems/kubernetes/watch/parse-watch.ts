import { StagegateError } from '../../../errors/index.ts'
import { oneLine } from '../../../text/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { WatchEvent } from './object-store.ts'
import { trimObject } from './trim-object.ts'

/** An object of the API has at most some MiB: etcd takes 1.5. Characters. */
const MAX_LINE = 16 * 1024 * 1024
/** Of what the server says. Characters. */
const MAX_MESSAGE = 500

/** A line of a watch: an event, a bookmark, or `expired` when the version is too old to go on from. */
export type WatchLine =
  | { readonly event: WatchEvent }
  /** Everything up to this version was told; undefined when the server does not say which. */
  | { readonly bookmark: string | undefined }
  | 'expired'

/** @throws StagegateError E_KUBE_PROTOCOL for a line that is no event, E_KUBE_UNAVAILABLE for an error of the server */
export function parseWatchLine(line: string): WatchLine {
  const { type, object } = recordOf(parse(line))
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (typeof recordOf(recordOf(object).metadata).name !== 'string') throw noEvent()
      return { event: { type, object: trimObject(object as KubernetesObject) } }
    case 'BOOKMARK':
      return { bookmark: (object as Partial<KubernetesObject> | null | undefined)?.metadata?.resourceVersion }
    case 'ERROR': {
      const { code, message } = recordOf(object)
      if (code === 410) return 'expired'
      throw new StagegateError('E_KUBE_UNAVAILABLE', {
        message: `Kubernetes: a watch ended with an error: ${typeof message === 'string' ? oneLine(message, MAX_MESSAGE) : 'unknown'}`,
      })
    }
    default:
      throw noEvent()
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    throw new StagegateError('E_KUBE_PROTOCOL', { message: 'Kubernetes: a line of a watch is not JSON.' })
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function noEvent(): StagegateError {
  return new StagegateError('E_KUBE_PROTOCOL', { message: 'Kubernetes: a line of a watch is no event.' })
}

/**
 * The lines of a body that comes in pieces, the last one also without a line break. In linear time, however small the
 * pieces are.
 *
 * @throws StagegateError E_KUBE_PROTOCOL for a line that is longer than any event
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    pieces.push(first)
    length += first.length
    for (const other of others) {
      const line = pieces.join('')
      if (line !== '') yield line
      pieces = [other]
      length = other.length
    }
    if (length > MAX_LINE)
      throw new StagegateError('E_KUBE_PROTOCOL', {
        message: `Kubernetes: a line of a watch has more than ${MAX_LINE / 1024 / 1024} MiB.`,
      })
  }
  const rest = pieces.join('') + decoder.decode()
  if (rest !== '') yield rest
}
