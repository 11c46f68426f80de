import { join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { run } from '../command.ts'
import { programPath } from '../debian-packages.ts'
import { writeAtomically } from '../files.ts'
import { requestOk } from '../http.ts'
import { folderOf, sectionOf, type PartContext } from '../part.ts'
import { nodeName, type Credentials } from './credentials.ts'

const part = 'kubernetes'

/** The bridge that pods are plugged into. */
export const podBridge = 'sgt-pods'

export function containerdSocket(context: PartContext): string {
  return join(context.paths.state, 'kubernetes', 'containerd', 'containerd.sock')
}

/** The one node: a containerd of our own with the registry's login, the kubelet, and kube-proxy for services. */
export async function startNode(
  context: PartContext,
  programs: string,
  credentials: Credentials,
): Promise<void> {
  await startContainerd(context)
  const folder = folderOf(context, 'kubernetes')
  const configuration = renderKubelet(context, folder, credentials)
  const file = join(folder, 'kubelet.json')
  writeAtomically(file, configuration)
  await Promise.all([
    context.processes.ensure({
      name: 'kubelet',
      part,
      argv: [
        join(programs, 'kubelet'),
        `--kubeconfig=${credentials.kubeconfig.node}`,
        `--config=${file}`,
        `--hostname-override=${nodeName}`,
        `--node-ip=${addresses.machine}`,
        `--root-dir=${folderOf(context, 'kubernetes', 'kubelet')}`,
        `--cert-dir=${folderOf(context, 'kubernetes', 'kubelet-pki')}`,
      ],
      configuration: [configuration],
      listens: [`${addresses.machine}:${ports.kubelet}`, `127.0.0.1:${ports.kubeletHealth}`],
      ready: () => requestOk(`http://127.0.0.1:${ports.kubeletHealth}/healthz`),
    }),
    context.processes.ensure({
      name: 'kube-proxy',
      part,
      argv: [
        join(programs, 'kube-proxy'),
        `--kubeconfig=${credentials.kubeconfig.admin}`,
        `--hostname-override=${nodeName}`,
        `--cluster-cidr=${addresses.pods}`,
        '--proxy-mode=iptables',
        // Two pods on one bridge: without it the answer would go around the address translation of the service.
        '--masquerade-all=true',
        `--healthz-bind-address=127.0.0.1:${ports.proxyHealth}`,
        `--metrics-bind-address=127.0.0.1:${ports.proxyMetrics}`,
        ...[
          '--conntrack-max-per-core=0',
          '--conntrack-tcp-timeout-established=0',
          '--conntrack-tcp-timeout-close-wait=0',
        ],
      ],
      listens: [ports.proxyHealth, ports.proxyMetrics].map((port) => `127.0.0.1:${port}`),
      ready: () => requestOk(`http://127.0.0.1:${ports.proxyHealth}/healthz`),
    }),
  ])
}

async function startContainerd(context: PartContext): Promise<void> {
  const folder = folderOf(context, 'kubernetes', 'containerd')
  const registry = sectionOf(context, 'registry')
  const hosts = join(folder, 'certs.d')
  writeAtomically(
    join(hosts, registry.address, 'hosts.toml'),
    `server = "http://${registry.address}"\n[host."http://${registry.address}"]\n  capabilities = ["pull", "resolve"]\n`,
  )
  const network = join(folder, 'cni')
  writeAtomically(join(network, '10-testbed.conflist'), renderPodNetwork(context))
  const configuration = `version = 2
root = "${folder}/root"
state = "${folder}/run"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${folder}/containerd.sock"
[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    # A root without CAP_SYS_RESOURCE may not lower a score: without this no sandbox starts there.
    restrict_oom_score_adj = true
    # In our state folder, where \`down\` finds the pods' namespaces.
    netns_mounts_under_state_dir = true
    sandbox_image = "${sectionOf(context, 'images').pause}"
    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "${hosts}"
      [plugins."io.containerd.grpc.v1.cri".registry.configs."${registry.address}".auth]
        username = "${registry.username}"
        password = "${registry.password}"
    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
      conf_dir = "${network}"
`
  writeAtomically(join(folder, 'config.toml'), configuration)
  await context.processes.ensure({
    name: 'containerd',
    part,
    argv: [programPath('containerd'), '--config', join(folder, 'config.toml')],
    configuration: [configuration],
    ready: () => run(['ctr', '--address', containerdSocket(context), 'version']),
  })
}

function renderPodNetwork(context: PartContext): string {
  const bridge = {
    type: 'bridge',
    bridge: podBridge,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      dataDir: folderOf(context, 'kubernetes', 'addresses'),
      ranges: [[{ subnet: addresses.pods }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  }
  const portMappings = { type: 'portmap', capabilities: { portMappings: true } }
  return JSON.stringify(
    { cniVersion: '0.4.0', name: 'stagegate-testbed', plugins: [bridge, portMappings] },
    null,
    2,
  )
}

function renderKubelet(context: PartContext, folder: string, credentials: Credentials): string {
  return JSON.stringify(
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: addresses.machine,
      port: ports.kubelet,
      healthzPort: ports.kubeletHealth,
      cgroupDriver: 'cgroupfs',
      failSwapOn: false,
      failCgroupV1: false,
      containerRuntimeEndpoint: `unix://${containerdSocket(context)}`,
      podLogsDir: folderOf(context, 'kubernetes', 'pod-logs'),
      volumePluginDir: join(folder, 'volume-plugins'),
      clusterDNS: [addresses.machine],
      clusterDomain: 'cluster.local',
      resolvConf: '',
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: false },
        x509: { clientCAFile: credentials.authority.certificate },
      },
      authorization: { mode: 'AlwaysAllow' },
      enforceNodeAllocatable: [],
      evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '100Mi' },
      imageGCHighThresholdPercent: 100,
      nodeStatusUpdateFrequency: '2s',
      shutdownGracePeriod: '0s',
    },
    null,
    2,
  )
}
