import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'
import { readTestbed } from '../../../script/lib/testbed/description.ts'

const configMaps = (prefix: string, count: number) =>
  Array.from(
    { length: count },
    (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${prefix}-${at} }\n`,
  ).join('---\n')

describe('an apply on a way that is cut for seconds', () => {
  let proxy: TcpProxy
  let bed: TestbedCluster
  let tools: ApplyTools

  beforeAll(async () => {
    proxy = await startTcpProxy(new URL(readTestbed().kubernetes.server))
    bed = await openTestbedCluster('cut', { way: `127.0.0.1:${proxy.port}` })
    tools = createApplyTools(bed)
  })

  afterAll(async () => {
    await bed.close()
    await proxy.close()
  })

  test('goes on where it was, with many requests on their way', async () => {
    const applying = tools.apply(configMaps('cut', 400))
    await sleep(300)
    await proxy.cut()
    await sleep(5000)
    await proxy.open()
    await sleep(500)
    await proxy.cut()
    await sleep(1500)
    await proxy.open()
    expect(new Set(await applying).size).toBe(400)
    const list = await tools.run('get', 'configmaps', '-o', 'name')
    expect(list.match(/configmap\/cut-/g)).toHaveLength(400)
  })
})

describe('an apply that a webhook has to be asked about', () => {
  let bed: TestbedCluster
  let tools: ApplyTools
  let webhook: WebhookServer

  beforeAll(async () => {
    bed = await openTestbedCluster('hook')
    tools = createApplyTools(bed)
    webhook = await startWebhookServer()
  })

  afterAll(async () => {
    await tools.run('delete', 'validatingwebhookconfiguration', bed.namespace)
    await webhook.close()
    await bed.close()
  })

  const configure = () =>
    tools.kubectl(
      `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: ${bed.namespace} }
webhooks:
  - name: check.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    timeoutSeconds: 2
    failurePolicy: Fail
    clientConfig: { url: '${webhook.url}', caBundle: ${webhook.caBundle} }
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${bed.namespace} } }
    rules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps] }]
`,
      '--server-side',
    )

  test('waits for one that does not answer yet', async () => {
    webhook.conduct = 'fails'
    await configure()
    await expect.poll(async () => (await bed.cluster.version(new AbortController().signal)) !== '').toBe(true)
    await sleep(1000)
    const applying = tools.apply(configMaps('late', 3))
    await expect.poll(() => webhook.asked, { timeout: 10_000 }).toBeGreaterThan(2)
    webhook.conduct = 'allows'
    expect(await applying).toHaveLength(3)
  })
})
