import { StagegateError } from '../../errors/index.ts'
import type { ApiClient } from './client/api-client.ts'
import { known, resourcePath } from './discovery/api-resource.ts'

/**
 * Creates the namespace when it is missing. Credentials that may not look at it may still work in it: what is missing
 * then shows at the first write.
 *
 * @throws StagegateError E_NAMESPACE_MISSING
 */
export async function ensureNamespace(client: ApiClient, name: string, signal: AbortSignal): Promise<void> {
  const found = await client.send({
    method: 'GET',
    path: resourcePath(known.namespaces, { name }),
    signal,
    purpose: `get Namespace ${name}`,
    allow: [403, 404],
  })
  const phase = (found.body as { readonly status?: { readonly phase?: string } } | undefined)?.status?.phase
  if (phase === 'Terminating') {
    throw new StagegateError('E_NAMESPACE_MISSING', {
      message: `The namespace ${name} is being deleted.`,
      next: 'Wait until it is gone, then rerun.',
    })
  }
  if (found.status !== 404) return
  const created = await client.send({
    method: 'POST',
    path: resourcePath(known.namespaces, {}),
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    signal,
    purpose: `create Namespace ${name}`,
    allow: [403, 409],
    repeatable: true,
  })
  if (created.status === 403) {
    throw new StagegateError('E_NAMESPACE_MISSING', {
      message: `The namespace ${name} does not exist, and the credentials may not create it.`,
    })
  }
}
