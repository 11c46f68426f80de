import type {
  ApiAnswer,
  ApiClient,
  ApiRequest,
} from '../../../../src/systems/kubernetes/client/api-client.ts'
import { HOLD_ANNOTATION, type LeaseRecord } from '../../../../src/systems/kubernetes/lease/lease-record.ts'

/** One Lease as the API server keeps it: a write of another version than the stored one is refused. */
export class LeaseServer {
  stored: LeaseRecord | undefined
  /** While true no request is answered. */
  isSilent = false
  /** So many writes are answered with a lease that somebody else holds, and are stored none the less. */
  lies = 0
  /** Who wrote, by the holder that was written. */
  readonly writes: string[] = []
  #version = 0

  readonly client: ApiClient = {
    send: (request) => this.#answer(request),
    sendRaw: () => Promise.reject(new Error('not asked for')),
    stream: () => Promise.reject(new Error('not asked for')),
  }

  /** As somebody does by hand, or another run: whatever version is stored. */
  write(lease: LeaseRecord): LeaseRecord {
    this.#version += 1
    const metadata = { ...lease.metadata, resourceVersion: String(this.#version) }
    this.stored = { ...lease, metadata }
    return this.stored
  }

  async #answer(request: ApiRequest): Promise<ApiAnswer> {
    await Promise.resolve()
    request.signal.throwIfAborted()
    if (this.isSilent) {
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => {
          reject(request.signal.reason as Error)
        })
      })
    }
    const { stored } = this
    const answer = (status: number, body?: LeaseRecord): ApiAnswer => ({ status, body, refusal: undefined })
    if (request.method === 'GET') return stored === undefined ? answer(404) : answer(200, stored)
    const sent = request.body as LeaseRecord
    if (request.method === 'POST' && stored !== undefined) return answer(409)
    if (request.method === 'PUT') {
      if (stored === undefined) return answer(404)
      if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion) return answer(409)
    }
    this.writes.push(sent.spec?.holderIdentity ?? '')
    const written = this.write(sent)
    if (this.lies === 0) return answer(200, written)
    this.lies -= 1
    const metadata = { ...written.metadata, annotations: { [HOLD_ANNOTATION]: 'of another' } }
    return answer(200, { ...written, metadata, spec: { ...written.spec, holderIdentity: 'run 9' } })
  }
}
