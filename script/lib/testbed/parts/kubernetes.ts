import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../debian-packages.ts'
import type { TestbedDescription } from '../description.ts'
import { renderFailure } from '../failure.ts'
import { buildGoTool } from '../go-tool.ts'
import {
  adoptCluster,
  adoptedKubeconfig,
  readKubeconfig,
  releaseCluster,
} from '../kubernetes/adopt-cluster.ts'
import { decideCluster, readOwnAddresses, type Choice, type Offer } from '../kubernetes/choose-cluster.ts'
import { ensureKindCluster, removeKindCluster } from '../kubernetes/kind-cluster.ts'
import { removeLeftovers } from '../kubernetes/leftovers.ts'
import { drainOwnCluster, startOwnCluster } from '../kubernetes/own-cluster.ts'
import type { Part, PartContext } from '../part.ts'

/** A Kubernetes cluster: one that the machine offers when it can serve, else one of our own. */
export const kubernetes: Part<'kubernetes'> = {
  name: 'kubernetes',
  title: 'Kubernetes',
  needs: ['network', 'certificates', 'oidc', 'docker', 'images', 'registry', 'postgres'],
  programs: ['etcd', 'containerd', 'runc', 'iptables', '/usr/lib/cni/bridge', 'ip'],
  async up(context) {
    const choice = decideCluster(await readOffer(context))
    if (choice.origin === 'testbed') return startOwnCluster(context)
    context.progress.say(`uses ${choice.origin}: ${choice.reason}`)
    try {
      return await useOffered(context, choice)
    } catch (error) {
      await release(context)
      if (choice.demanded) throw error
      context.progress.say(`${renderFailure(choice.origin, error)}\nstarts a cluster of its own instead`)
      return startOwnCluster(context)
    }
  },
  async drain(context) {
    await release(context)
    if (context.processes.running('containerd') !== undefined) await drainOwnCluster(context)
  },
  async down(context) {
    if (existsSync(join(context.paths.state, 'kubernetes'))) await removeLeftovers(context)
  },
}

async function useOffered(context: PartContext, choice: Choice): Promise<TestbedDescription['kubernetes']> {
  const kubectl = await kubectlOf(context)
  const kubeconfig =
    choice.origin === 'kind' ? await ensureKindCluster(context) : readForeignKubeconfig(context)
  return adoptCluster(context, kubectl, kubeconfig ?? '', choice.origin)
}

async function release(context: PartContext): Promise<void> {
  if (!existsSync(adoptedKubeconfig(context))) return
  await releaseCluster(context, await kubectlOf(context))
  if (findProgram('kind') !== undefined) await removeKindCluster(context)
}

async function kubectlOf(context: PartContext): Promise<string> {
  const offered = findProgram('kubectl')
  return offered ?? join(await buildGoTool('kubernetes', context.paths, context.progress), 'kubectl')
}

/** `KUBECONFIG`, unless `script/testbed env` has put our own there. */
function readForeignKubeconfig(context: PartContext): string | undefined {
  const path = process.env.KUBECONFIG
  if (path === undefined || path === '' || path.startsWith(`${context.paths.state}/`)) return undefined
  return path
}

async function readOffer(context: PartContext): Promise<Offer> {
  const path = readForeignKubeconfig(context)
  const readServer = async (file: string) => (await readKubeconfig(await kubectlOf(context), file)).server
  const server = path === undefined ? undefined : await readServer(path).catch(() => undefined)
  return {
    wish: process.env.STAGEGATE_TESTBED_CLUSTER,
    kubeconfig: path === undefined || server === undefined ? undefined : { path, server },
    hasKind: findProgram('kind') !== undefined,
    running: context.described.kubernetes?.origin,
    ownAddresses: readOwnAddresses(),
  }
}
