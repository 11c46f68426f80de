import { StagegateError } from '../../../src/errors/index.ts'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'

/** A client that keeps a list of what is asked through it, as `list pods`, `watch pods`, `get /api`. */
export interface WatchedClient extends ApiClient {
  readonly asked: readonly string[]
  /** Codes of watches that were refused: `watch pods: 410 …`. */
  readonly refused: readonly string[]
}

export interface Watching {
  /** Seconds after which the server is to end a watch in good order, instead of what was asked for. */
  readonly watchSeconds?: number
  /** What a watch waits for before it is sent. */
  readonly beforeWatch?: (plural: string) => Promise<void>
}

/** Passes requests on to a real server, and lets a test see them and hold them. */
export function watchClient(client: ApiClient, { watchSeconds, beforeWatch }: Watching = {}): WatchedClient {
  const asked: string[] = []
  const refused: string[] = []
  const pluralOf = (path: string): string => path.split('/').at(-1) ?? ''
  return {
    ...client,
    asked,
    refused,
    send(request) {
      const isList = request.query?.limit !== undefined
      asked.push(
        isList ? `list ${pluralOf(request.path)}` : `${request.method.toLowerCase()} ${request.path}`,
      )
      return client.send(request)
    },
    async stream(request) {
      const plural = pluralOf(request.path)
      asked.push(`watch ${plural}`)
      await beforeWatch?.(plural)
      const query = watchSeconds === undefined ? {} : { timeoutSeconds: String(watchSeconds) }
      try {
        return await client.stream({ ...request, query: { ...request.query, ...query } })
      } catch (thrown) {
        if (thrown instanceof StagegateError) refused.push(`watch ${plural}: ${thrown.message}`)
        throw thrown
      }
    },
  }
}
