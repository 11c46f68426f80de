import { vi } from 'vitest'
import { createApplyTools } from '../apply-tools.ts'
import type { TestbedCluster } from '../testbed-cluster.ts'
import type { Schemas } from './arbitrary-value.ts'

/** The server's documents of groups and versions (`apps/v1`); that of a new one is there a little later than its kinds. */
export async function readSchemas(bed: TestbedCluster, apiVersions: readonly string[]): Promise<Schemas> {
  const read = async (apiVersion: string): Promise<Schemas> => {
    const path = `/openapi/v3/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}`
    const text = await createApplyTools(bed).run('get', '--raw', path)
    return (JSON.parse(text) as { components: { schemas: Schemas } }).components.schemas
  }
  const described = [...new Set(apiVersions)].map((version) =>
    vi.waitFor(() => read(version), { timeout: 60_000, interval: 500 }),
  )
  return Object.assign({}, ...(await Promise.all(described))) as Schemas
}
