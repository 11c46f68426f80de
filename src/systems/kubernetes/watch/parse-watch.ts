import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { WatchEvent } from './object-store.ts'
import { trimObject } from './trim-object.ts'

/** A line of a watch: an event, a bookmark, or `expired` when the version is too old to go on from. */
export type WatchLine =
  | { readonly event: WatchEvent }
  /** Everything up to this version was told; undefined when the server does not say which. */
  | { readonly bookmark: string | undefined }
  | 'expired'

/** @throws StagegateError E_KUBE_PROTOCOL for a line that is no event, E_KUBE_UNAVAILABLE for an error of the server */
export function parseWatchLine(line: string): WatchLine {
  let value: { readonly type?: unknown; readonly object?: unknown }
  try {
    value = JSON.parse(line) as typeof value
  } catch {
    throw new StagegateError('E_KUBE_PROTOCOL', { message: 'Kubernetes: a line of a watch is not JSON.' })
  }
  switch (value.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { event: { type: value.type, object: trimObject(value.object as KubernetesObject) } }
    case 'BOOKMARK':
      return { bookmark: (value.object as Partial<KubernetesObject> | undefined)?.metadata?.resourceVersion }
    case 'ERROR': {
      const { code, message } = (value.object ?? {}) as { readonly code?: number; readonly message?: string }
      if (code === 410) return 'expired'
      throw new StagegateError('E_KUBE_UNAVAILABLE', {
        message: `Kubernetes: a watch ended with an error: ${message ?? 'unknown'}`,
      })
    }
    default:
      throw new StagegateError('E_KUBE_PROTOCOL', {
        message: 'Kubernetes: a line of a watch is no event.',
      })
  }
}

/** The lines of a body that comes in pieces, the last one also without a line break. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
