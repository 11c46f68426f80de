import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run, tryCommand } from '../command.ts'
import { buildGoTool } from '../go-tool.ts'
import { startControlPlane } from '../kubernetes/control-plane.ts'
import { ensureCredentials, nodeName, server } from '../kubernetes/credentials.ts'
import { audience, deployer, namespace } from '../kubernetes/deployer.ts'
import { startDns } from '../kubernetes/dns.ts'
import { endContainers, removeLeftovers } from '../kubernetes/leftovers.ts'
import { containerdSocket, startNode } from '../kubernetes/node.ts'
import { applyObjects } from '../kubernetes/objects.ts'
import { pullImages } from '../kubernetes/pull-images.ts'
import { folderOf, linkPrograms, type Part, type PartContext } from '../part.ts'
import { waitUntil } from '../wait-until.ts'

/** A Kubernetes cluster of one node, each component the real one, started by hand. */
export const kubernetes: Part<'kubernetes'> = {
  name: 'kubernetes',
  title: 'Kubernetes',
  needs: ['network', 'certificates', 'oidc', 'images', 'registry'],
  programs: ['etcd', 'containerd', 'runc', 'iptables', '/usr/lib/cni/bridge', 'ip'],
  async up(context) {
    const programs = await buildGoTool('kubernetes', context.paths, context.progress)
    const coredns = await buildGoTool('coredns', context.paths, context.progress)
    linkPrograms(context, programs)
    const kubectl = join(programs, 'kubectl')
    const credentials = await ensureCredentials(folderOf(context, 'kubernetes', 'credentials'))
    await startControlPlane(context, programs, credentials)
    context.progress.say('the API server is ready')
    const kubeconfig = credentials.kubeconfig.admin
    await Promise.all([
      startNode(context, programs, credentials),
      startDns(context, coredns, credentials),
      applyObjects(kubectl, kubeconfig),
    ])
    await waitUntil(`node ${nodeName}: Ready`, () => expectReadyNode(kubectl, kubeconfig), { seconds: 60 })
    await pullImages(context, kubectl, kubeconfig)
    return {
      kubeconfig,
      server,
      authority: credentials.authority.certificate,
      namespace,
      audience,
      deployer,
      node: nodeName,
      containerd: containerdSocket(context),
      origin: 'testbed',
    }
  },
  async drain(context) {
    if (context.processes.running('containerd') === undefined) return
    // The controllers first, so that nothing is made again, then the kubelet, then what it was keeping up.
    await Promise.all(
      ['kube-controller-manager', 'kube-scheduler'].map((name) => context.processes.stop(name)),
    )
    await deletePods(context)
    await context.processes.stop('kubelet')
    await endContainers(context)
    // The API server's clients before it, and it before its store: without the store it would not end by itself.
    await Promise.all(['kube-proxy', 'coredns'].map((name) => context.processes.stop(name)))
    await context.processes.stop('kube-apiserver')
  },
  async down(context) {
    if (existsSync(join(context.paths.state, 'kubernetes'))) await removeLeftovers(context)
  },
}

async function expectReadyNode(kubectl: string, kubeconfig: string): Promise<void> {
  const path = `{.status.conditions[?(@.type=="Ready")].status}`
  const status = await run([kubectl, 'get', 'node', nodeName, '-o', `jsonpath=${path}`], {
    env: { KUBECONFIG: kubeconfig },
  })
  if (status !== 'True') throw new Error(`condition Ready is ${status}`)
}

/** While the kubelet runs it ends containers and frees their addresses in the right order; what resists is ended later. */
async function deletePods(context: PartContext): Promise<void> {
  const env = { KUBECONFIG: join(context.paths.state, 'kubernetes', 'credentials', 'admin.kubeconfig') }
  const kubectl = join(context.paths.bin, 'kubectl')
  const flags = ['--all', '--all-namespaces', '--grace-period=1', '--timeout=20s', '--request-timeout=20s']
  await tryCommand([kubectl, 'delete', 'pods', ...flags], { env }).catch(() => undefined)
}
