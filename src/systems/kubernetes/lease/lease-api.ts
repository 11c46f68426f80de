import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import type { LeaseNames, LeaseRecord } from './lease-record.ts'

/** Reading and writing one Lease. A write says `undefined` when somebody else wrote in the meantime. */
export interface LeaseApi {
  read(signal: AbortSignal): Promise<LeaseRecord | undefined>
  create(lease: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord | undefined>
  /** Replaces exactly the version that the record was made from. */
  replace(lease: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord | undefined>
}

export function createLeaseApi(client: ApiClient, { namespace, name }: LeaseNames): LeaseApi {
  const path = resourcePath(known.leases, { namespace, name })
  return {
    async read(signal) {
      const purpose = `get Lease ${namespace}/${name}`
      const { status, body } = await client.send({ method: 'GET', path, signal, purpose, allow: [404] })
      return status === 404 ? undefined : (body as LeaseRecord)
    },
    async create(lease, signal) {
      const { status, body } = await client.send({
        method: 'POST',
        path: resourcePath(known.leases, { namespace }),
        body: lease,
        signal,
        purpose: `create Lease ${namespace}/${name}`,
        allow: [409],
        repeatable: true,
      })
      return status === 409 ? undefined : (body as LeaseRecord)
    },
    async replace(lease, signal) {
      const { status, body } = await client.send({
        method: 'PUT',
        path,
        body: lease,
        signal,
        purpose: `update Lease ${namespace}/${name}`,
        allow: [404, 409],
      })
      return status === 404 || status === 409 ? undefined : (body as LeaseRecord)
    },
  }
}
