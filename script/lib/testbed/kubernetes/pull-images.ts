import { run, tryCommand } from '../command.ts'
import type { PartContext } from '../part.ts'
import { sectionOf } from '../part.ts'
import { waitUntil } from '../wait-until.ts'
import { nodeName } from './credentials.ts'
import { containerdSocket } from './node.ts'

const pod = 'testbed-images'
const inNamespace = ['--namespace', 'kube-system'] as const

/**
 * Has the node pull the base images, as a node that has run for a day has them: else the first rollout and the first
 * migration would be measured with the download of a whole Debian.
 */
export async function pullImages(context: PartContext, kubectl: string, kubeconfig: string): Promise<void> {
  const { node, flyway } = sectionOf(context, 'images')
  const list = [
    'ctr',
    '--address',
    containerdSocket(context),
    '--namespace',
    'k8s.io',
    'images',
    'list',
    '-q',
  ] as const
  const present = (await run(list)).split('\n')
  const missing = [node, flyway].filter((image) => !present.includes(image))
  if (missing.length === 0) return
  const env = { KUBECONFIG: kubeconfig }
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace: 'kube-system' },
    spec: {
      nodeName,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: missing.map((image, index) => ({ name: `image-${index}`, image, command: ['/bin/true'] })),
    },
  }
  await context.progress.during(`the node pulls ${missing.join(' and ')}`, async () => {
    await tryCommand([kubectl, 'delete', 'pod', pod, ...inNamespace, '--ignore-not-found', '--now'], { env })
    // The namespace's service account is made a moment after the namespace, and no pod is accepted before it.
    await waitUntil(
      'the pod that pulls images: accepted',
      () => run([kubectl, 'apply', '-f', '-'], { env, input: JSON.stringify(manifest) }),
      { seconds: 30, interval: 300 },
    )
    const phase = ['--for=jsonpath={.status.phase}=Succeeded', '--timeout=180s']
    await run([kubectl, 'wait', `pod/${pod}`, ...inNamespace, ...phase], { env })
    await run([kubectl, 'delete', 'pod', pod, ...inNamespace, '--now'], { env })
  })
}
