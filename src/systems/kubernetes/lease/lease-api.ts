import type { ApiClient } from '../client/api-client.ts'
import { expectObject } from '../client/expect-body.ts'
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
  // An answer that is something else, such as one of a cache, must not be taken for the lease.
  const check = expectObject({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace })
  return {
    async read(signal) {
      const purpose = `get Lease ${namespace}/${name}`
      const { status, body } = await client.send({
        method: 'GET',
        path,
        signal,
        purpose,
        allow: [404],
        check,
      })
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
        check,
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
        check,
      })
      return status === 404 || status === 409 ? undefined : (body as LeaseRecord)
    },
  }
}
