import { join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { run, tryCommand } from '../command.ts'
import { writeAtomically } from '../files.ts'
import { folderOf, sectionOf, type PartContext } from '../part.ts'
import { renderAuthentication } from './authentication.ts'

const name = 'stagegate-testbed'
const inNode = '/etc/stagegate'

/**
 * A cluster made by kind, whose node is a container: it reaches the machine at the testbed's own address, where a
 * forwarder offers it the registry. After kind's own recipe (kind.sigs.k8s.io, "Local registry").
 * @returns the path of its kubeconfig.
 */
export async function ensureKindCluster(context: PartContext): Promise<string> {
  const folder = folderOf(context, 'kubernetes', 'kind')
  const kubeconfig = join(folder, 'kubeconfig')
  const env = { DOCKER_HOST: sectionOf(context, 'docker').host, KUBECONFIG: kubeconfig }
  await forwardRegistry(context)
  const clusters = await run(['kind', 'get', 'clusters'], { env })
  if (clusters.split('\n').includes(name)) {
    await run(['kind', 'export', 'kubeconfig', '--name', name], { env })
    return kubeconfig
  }
  const shared = folderOf(context, 'kubernetes', 'kind', 'shared')
  writeAtomically(join(shared, 'authentication.json'), renderAuthentication(context))
  await context.progress.during('kind makes a cluster', () =>
    run(['kind', 'create', 'cluster', '--name', name, '--wait', '120s', '--config', '-'], {
      env,
      input: renderConfiguration(shared),
    }),
  )
  await pointToRegistry(context, env)
  return kubeconfig
}

/** Ends the cluster, when it was made. */
export async function removeKindCluster(context: PartContext): Promise<void> {
  const docker = context.described.docker
  if (docker === undefined) return
  await tryCommand(['kind', 'delete', 'cluster', '--name', name], { env: { DOCKER_HOST: docker.host } })
}

function renderConfiguration(shared: string): string {
  const apiServer = {
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs: { 'authentication-config': `${inNode}/authentication.json` },
      extraVolumes: [{ name: 'stagegate', hostPath: inNode, mountPath: inNode, readOnly: true }],
    },
  }
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        extraMounts: [
          { hostPath: shared, containerPath: inNode, readOnly: true },
          // What the sample's playbook writes on the test host, which shares the machine's files.
          { hostPath: '/var/lib/ai-gen', containerPath: '/var/lib/ai-gen' },
        ],
        kubeadmConfigPatches: [JSON.stringify(apiServer)],
      },
    ],
    containerdConfigPatches: [
      '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n',
    ],
  })
}

async function pointToRegistry(context: PartContext, env: Record<string, string>): Promise<void> {
  const { address } = sectionOf(context, 'registry')
  const hosts = `[host."http://${addresses.machine}:${ports.registry}"]\n`
  const file = join(folderOf(context, 'kubernetes', 'kind'), 'hosts.toml')
  writeAtomically(file, hosts)
  const nodes = await run(['kind', 'get', 'nodes', '--name', name], { env })
  for (const node of nodes.split('\n').filter((line) => line !== '')) {
    const folder = `/etc/containerd/certs.d/${address}`
    await run(['docker', 'exec', node, 'mkdir', '-p', folder], { env })
    await run(['docker', 'cp', file, `${node}:${folder}/hosts.toml`], { env })
  }
}

async function forwardRegistry(context: PartContext): Promise<void> {
  const from = `${addresses.machine}:${ports.registry}`
  const program = join(import.meta.dirname, 'forward.ts')
  await context.processes.ensure({
    name: 'registry-forwarder',
    part: 'kubernetes',
    argv: [process.execPath, program, from, `127.0.0.1:${ports.registry}`],
    listens: [from],
    ready: () => run(['ip', 'route', 'get', addresses.machine]),
  })
}
