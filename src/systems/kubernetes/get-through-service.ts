import { StagegateError } from '../../errors/index.ts'
import { oneLine } from '../../text/index.ts'
import { parseApiStatus } from './client/api-status.ts'
import type { ApiClient } from './client/api-client.ts'
import type { Cluster } from './cluster.ts'
import { known, resourcePath } from './discovery/api-resource.ts'
import { proxyPath } from './proxy-path.ts'

type Service = Parameters<Cluster['getThroughService']>[0]

const MAX_BYTES = 1_000_000
/** Milliseconds. */
const TIME = 10_000

/** One GET through the API server's proxy: whatever the service answers is an answer. */
export async function getThroughService(
  client: ApiClient,
  { namespace, name, port, path }: Service,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Cluster['getThroughService']>>> {
  const root = resourcePath(known.services, { namespace, name: `${name}:${port}`, subresource: 'proxy' })
  const answer = await client.sendRaw({
    method: 'GET',
    path: proxyPath(root, path),
    accept: '*/*',
    signal,
    purpose: `get ${path} of Service ${namespace}/${name}, port ${port}`,
    allow: anyFailure,
    maxBytes: MAX_BYTES,
    policy: { attempts: 1, attemptMs: TIME, totalMs: TIME },
  })
  // The API server itself, not the service: it may not be used, is not there, or has no pod that is ready.
  const own = answer.status >= 400 ? parseApiStatus(answer.text()) : undefined
  if (own?.reason === 'Forbidden') {
    throw new StagegateError('E_KUBE_FORBIDDEN', {
      message: `The credentials may not use the proxy to Service ${namespace}/${name}.`,
      evidence: ['needed: get services/proxy'],
    })
  }
  if (own !== undefined) {
    throw new StagegateError('E_KUBE_NOT_FOUND', {
      message: `The API server answered in place of Service ${namespace}/${name}: ${oneLine(own.message, 200)}`,
    })
  }
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.text() }
}

const anyFailure = Array.from({ length: 200 }, (_, index) => 400 + index)
