import { join } from 'node:path'
import { run, tryCommand } from '../command.ts'
import type { TestbedDescription } from '../description.ts'
import { buildGoTool } from '../go-tool.ts'
import { folderOf, linkPrograms, type PartContext } from '../part.ts'
import { waitUntil } from '../wait-until.ts'
import { startControlPlane } from './control-plane.ts'
import { ensureCredentials, nodeName, server } from './credentials.ts'
import { audience, deployer, namespace } from './deployer.ts'
import { startDns } from './dns.ts'
import { endContainers } from './leftovers.ts'
import { containerdSocket, startNode } from './node.ts'
import { applyObjects } from './objects.ts'
import { pullImages } from './pull-images.ts'

/** A cluster of one node, each component the real one, started by hand. */
export async function startOwnCluster(context: PartContext): Promise<TestbedDescription['kubernetes']> {
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
}

/** Ends pods and containers while there is still somebody who can, then the API server. */
export async function drainOwnCluster(context: PartContext): Promise<void> {
  const stop = (...names: readonly string[]) => Promise.all(names.map((name) => context.processes.stop(name)))
  // The controllers first, so that nothing is made again, then the kubelet, then what it was keeping up.
  await stop('kube-controller-manager', 'kube-scheduler')
  await deletePods(context)
  await stop('kubelet')
  await endContainers(context)
  // The API server's clients before it, and it before its store: without the store it would not end by itself.
  await stop('kube-proxy', 'coredns')
  await stop('kube-apiserver')
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
