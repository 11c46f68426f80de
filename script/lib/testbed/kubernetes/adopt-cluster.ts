import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run, tryCommand } from '../command.ts'
import type { TestbedDescription } from '../description.ts'
import { TestbedFailure } from '../failure.ts'
import { writeAtomically } from '../files.ts'
import { folderOf, sectionOf, type PartContext } from '../part.ts'
import type { Origin } from './choose-cluster.ts'
import { audience, deployer, namespace } from './deployer.ts'
import { applyObjects, ourLabel } from './objects.ts'

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string }
  }[]
}

/** A kubeconfig reduced to its current context, with every file's content in it. */
export async function readKubeconfig(
  kubectl: string,
  path: string,
): Promise<{ text: string; server: string; authority: string }> {
  const text = await run([kubectl, 'config', 'view', '--minify', '--flatten', '--raw', '-o', 'json'], {
    env: { KUBECONFIG: path },
    next: `see whether ${path} has a current context`,
  })
  const { cluster } = (JSON.parse(text) as Kubeconfig).clusters[0]!
  const authority = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString('utf8')
  return { text, server: cluster.server, authority }
}

/** Where the testbed keeps how it reaches the cluster that it has adopted. */
export function adoptedKubeconfig(context: PartContext): string {
  return join(context.paths.state, 'kubernetes', 'adopted.kubeconfig')
}

/**
 * Makes a cluster that somebody else started the testbed's: the namespace, the rights, the database's name, the login
 * of the registry. It is taken only when a pod in it can pull from the registry and reach the database.
 */
export async function adoptCluster(
  context: PartContext,
  kubectl: string,
  path: string,
  origin: Origin,
): Promise<TestbedDescription['kubernetes']> {
  const { text, server, authority } = await readKubeconfig(kubectl, path)
  const folder = folderOf(context, 'kubernetes')
  const kubeconfig = adoptedKubeconfig(context)
  writeAtomically(kubeconfig, text)
  const authorityFile = join(folder, 'adopted-ca.crt')
  writeAtomically(authorityFile, authority, 0o644)
  await expectNamespaceFree(kubectl, kubeconfig)
  await applyObjects(kubectl, kubeconfig)
  await giveRegistryLogin(context, kubectl, kubeconfig)
  await expectUsable(context, kubectl, kubeconfig)
  const env = { KUBECONFIG: kubeconfig }
  const node = await run([kubectl, 'get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'], { env })
  return { kubeconfig, server, authority: authorityFile, namespace, audience, deployer, node, origin }
}

/** Gives an adopted cluster back: what the testbed put into it, and nothing else. */
export async function releaseCluster(context: PartContext, kubectl: string): Promise<void> {
  const kubeconfig = adoptedKubeconfig(context)
  if (!existsSync(kubeconfig)) return
  const kinds = 'clusterrolebindings,clusterroles,namespaces'
  await tryCommand([kubectl, 'delete', kinds, '--selector', ourLabel, '--timeout=60s'], {
    env: { KUBECONFIG: kubeconfig },
  })
}

async function expectNamespaceFree(kubectl: string, kubeconfig: string): Promise<void> {
  const env = { KUBECONFIG: kubeconfig }
  const found = await run([kubectl, 'get', 'namespaces', '-o', 'name', '--request-timeout=20s'], { env })
  const ours = await run([kubectl, 'get', 'namespaces', '-o', 'name', '--selector', ourLabel], { env })
  const name = `namespace/${namespace}`
  if (found.split('\n').includes(name) && !ours.split('\n').includes(name)) {
    throw new TestbedFailure(`that cluster has a namespace ${namespace} of somebody else`, {
      next: 'use another cluster, or STAGEGATE_TESTBED_CLUSTER=testbed',
    })
  }
}

/** For every pod of the namespace, by its default service account: works the same in every cluster. */
async function giveRegistryLogin(context: PartContext, kubectl: string, kubeconfig: string): Promise<void> {
  const { address, username, password } = sectionOf(context, 'registry')
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  const login = JSON.stringify({ auths: { [address]: { username, password, auth } } })
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'testbed-registry', namespace },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(login).toString('base64') },
  }
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
    imagePullSecrets: [{ name: 'testbed-registry' }],
  }
  await run([kubectl, 'apply', '--server-side', '--force-conflicts', '--field-manager=testbed', '-f', '-'], {
    env: { KUBECONFIG: kubeconfig },
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [secret, account] }),
  })
}

async function expectUsable(context: PartContext, kubectl: string, kubeconfig: string): Promise<void> {
  const { serviceHost, port } = sectionOf(context, 'postgres')
  const env = { KUBECONFIG: kubeconfig }
  const connect = `require('node:net').connect(${port}, '${serviceHost}').on('connect', () => process.exit(0))`
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'testbed-usable', namespace },
    spec: {
      restartPolicy: 'OnFailure',
      containers: [
        { name: 'probe', image: sectionOf(context, 'images').node, command: ['node', '-e', connect] },
      ],
    },
  }
  const name = ['pod/testbed-usable', '--namespace', namespace]
  await tryCommand([kubectl, 'delete', ...name, '--ignore-not-found', '--now'], { env })
  await run([kubectl, 'apply', '-f', '-'], { env, input: JSON.stringify(pod) })
  const phase = ['--for=jsonpath={.status.phase}=Succeeded', '--timeout=120s']
  const waited = await tryCommand([kubectl, 'wait', ...name, ...phase], { env })
  const seen = waited.exitCode === 0 ? '' : (await tryCommand([kubectl, 'describe', ...name], { env })).output
  await tryCommand([kubectl, 'delete', ...name, '--now'], { env })
  if (waited.exitCode !== 0) {
    throw new TestbedFailure(
      'a pod of that cluster cannot pull from the registry or cannot reach the database',
      {
        evidence: seen.split('\n').slice(-12).join('\n'),
        next: 'use STAGEGATE_TESTBED_CLUSTER=testbed',
      },
    )
  }
}
