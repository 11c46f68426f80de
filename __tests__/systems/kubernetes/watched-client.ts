import { StagegateError } from '../../../src/errors/index.ts'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'

/** A client that keeps a list of what is asked through it, as `list pods`, `watch pods`, `get /api`. */
export interface WatchedClient extends ApiClient {
  readonly asked: readonly string[]
  /** Watches that were refused, with the server's words. */
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
  /** The API server refuses a version that is too old in the body of a success. */
  async function* withRefusals(
    chunks: AsyncIterable<Uint8Array>,
    plural: string,
  ): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      const text = Buffer.from(chunk).toString('utf8')
      if (text.includes('"type":"ERROR"')) refused.push(`watch ${plural}: ${text}`)
      yield chunk
    }
  }

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
        return withRefusals(
          await client.stream({ ...request, query: { ...request.query, ...query } }),
          plural,
        )
      } catch (thrown) {
        if (thrown instanceof StagegateError) refused.push(`watch ${plural}: ${thrown.message}`)
        throw thrown
      }
    },
  }
}
