import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { TestbedCluster } from '../testbed-cluster.ts'
import { startWebhookServer, type WebhookConduct } from '../webhook-server.ts'
import { toYaml, workload } from './case.ts'

/** Puts a webhook before the pods of a namespace; it has to be asked, and is given a second to answer. */
export async function startWebhook(
  bed: TestbedCluster,
  conduct: WebhookConduct,
): Promise<{ close(): Promise<void> }> {
  const { cluster, client, namespace, testbed } = bed
  const { signal } = new AbortController()
  const server = await startWebhookServer(conduct)
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const kind = 'ValidatingWebhookConfiguration'
  await bed.apply(
    toYaml({
      apiVersion,
      kind,
      metadata: { name: namespace },
      webhooks: [
        {
          name: 'pods.example.com',
          clientConfig: { url: server.url, caBundle: server.caBundle },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          failurePolicy: 'Fail',
          timeoutSeconds: 1,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }),
  )
  // The API server takes a moment until it asks.
  const pod = workload('asked-for', testbed.images, { kind: 'Pod' })
  while (server.asked === 0) {
    const path = `/api/v1/namespaces/${namespace}/pods`
    const query = { dryRun: 'All' }
    const asking = { path, query, body: pod, signal, purpose: 'ask', policy: { attempts: 1 } }
    await client.send({ method: 'POST', ...asking }).catch(() => undefined)
    await systemClock.sleep(100)
  }
  return {
    async close() {
      await cluster.remove({ apiVersion, kind, name: namespace }, signal)
      await server.close()
    },
  }
}
