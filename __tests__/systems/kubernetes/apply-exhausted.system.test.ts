import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ControlPlane, startControlPlane } from '../../../script/lib/control-plane.ts'
import { openOwnCluster } from './own-cluster.ts'
import { parseYaml } from './testbed-cluster.ts'

/** Of the control plane's own range, 10.0.0.0/24; its own Service has one of them. */
const ADDRESSES = 254
let plane: ControlPlane

beforeAll(async () => {
  plane = await startControlPlane()
})
afterAll(async () => {
  await plane.close()
})

test('a cluster without an address left for a Service is said at once to be that', async () => {
  const own = openOwnCluster(plane)
  const services = Array.from({ length: ADDRESSES }, (_, at) =>
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: `s-${at}` } },
      spec: { ports: [{ port: 80 }], selector: { app: 'none' } },
    }),
  )
  const { signal } = new AbortController()
  const options = { namespace: 'default', dryRun: false, signal, onApplied: () => undefined }
  const failed = own.cluster.apply(parseYaml(services.join('\n---\n')), options)
  await expect(failed).rejects.toMatchObject({
    code: 'E_KUBE_EXHAUSTED',
    message: expect.stringContaining('range is full') as string,
    // An outage would have been waited out.
    evidence: expect.not.arrayContaining([expect.stringContaining('given up after')]) as string[],
  })
  own.close()
})
