import type { ApiClient } from './client/api-client.ts'
import type { Cluster } from './cluster.ts'
import { settleConcurrently } from './concurrency.ts'
import { known, resourcePath } from './discovery/api-resource.ts'

type Access = Parameters<Cluster['lackedAccess']>[0][number]

/** Which of some accesses the credentials lack, as `patch deployments.apps in namespace staging`. */
export async function lackedAccess(
  client: ApiClient,
  accesses: readonly Access[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const settled = await settleConcurrently(accesses, (access) => isAllowed(client, access, signal))
  return settled.flatMap((result, index) => {
    if (result.status === 'rejected') throw result.reason
    const access = accesses[index]
    return result.value || access === undefined ? [] : [renderAccess(access)]
  })
}

async function isAllowed(client: ApiClient, access: Access, signal: AbortSignal): Promise<boolean> {
  const { verb, group, namespace } = access
  const [resource, subresource] = access.resource.split('/')
  const { body } = await client.send({
    method: 'POST',
    path: resourcePath(known.accessReviews, {}),
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
    },
    signal,
    purpose: `ask whether the credentials may ${renderAccess(access)}`,
    repeatable: true,
  })
  return (body as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
}

function renderAccess({ verb, group, resource, namespace }: Access): string {
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`
  return `${verb} ${group === '' ? resource : `${resource}.${group}`} ${where}`
}
