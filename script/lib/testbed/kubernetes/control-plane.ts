import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { programPath } from '../debian-packages.ts'
import { writeAtomically } from '../files.ts'
import { request, requestOk } from '../http.ts'
import { folderOf, type PartContext } from '../part.ts'
import { renderAuthentication } from './authentication.ts'
import { server, type Credentials } from './credentials.ts'

const part = 'kubernetes'

/** etcd, the API server, the controllers and the scheduler; ready when the API server says so. */
export async function startControlPlane(
  context: PartContext,
  programs: string,
  credentials: Credentials,
): Promise<void> {
  await startEtcd(context)
  await startApiServer(context, programs, credentials)
  const { admin } = credentials.kubeconfig
  const common = [`--kubeconfig=${admin}`, '--leader-elect=false', '--bind-address=127.0.0.1']
  await Promise.all([
    context.processes.ensure({
      name: 'kube-controller-manager',
      part,
      argv: [
        ...([join(programs, 'kube-controller-manager'), ...common] as const),
        `--service-account-private-key-file=${credentials.serviceAccountKey}`,
        `--root-ca-file=${credentials.authority.certificate}`,
        '--use-service-account-credentials=true',
        `--secure-port=${ports.controllerManager}`,
        // The address ranges of pods are the bridge's own: see the CNI configuration of the node.
        '--allocate-node-cidrs=false',
      ],
      listens: [`127.0.0.1:${ports.controllerManager}`],
      ready: () => answers(`https://127.0.0.1:${ports.controllerManager}/healthz`, credentials),
    }),
    context.processes.ensure({
      name: 'kube-scheduler',
      part,
      argv: [join(programs, 'kube-scheduler'), ...common, `--secure-port=${ports.scheduler}`],
      listens: [`127.0.0.1:${ports.scheduler}`],
      ready: () => answers(`https://127.0.0.1:${ports.scheduler}/healthz`, credentials),
    }),
  ])
}

async function startEtcd(context: PartContext): Promise<void> {
  const clients = `http://127.0.0.1:${ports.etcd}`
  const peers = `http://127.0.0.1:${ports.etcdPeer}`
  await context.processes.ensure({
    name: 'etcd',
    part,
    argv: [
      ...([
        programPath('etcd'),
        '--data-dir',
        folderOf(context, 'kubernetes', 'etcd'),
        '--unsafe-no-fsync',
      ] as const),
      ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
      ...[
        '--listen-peer-urls',
        peers,
        '--initial-advertise-peer-urls',
        peers,
        '--initial-cluster',
        `default=${peers}`,
      ],
    ],
    listens: [ports.etcd, ports.etcdPeer].map((port) => `127.0.0.1:${port}`),
    ready: () => requestOk(`${clients}/health`),
  })
}

async function startApiServer(
  context: PartContext,
  programs: string,
  credentials: Credentials,
): Promise<void> {
  const authentication = renderAuthentication(context)
  const authenticationFile = join(folderOf(context, 'kubernetes'), 'authentication.json')
  writeAtomically(authenticationFile, authentication)
  const { authority, apiServer, admin, serviceAccountKey } = credentials
  await context.processes.ensure({
    name: 'kube-apiserver',
    part,
    argv: [
      join(programs, 'kube-apiserver'),
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      `--bind-address=${addresses.machine}`,
      `--advertise-address=${addresses.machine}`,
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${apiServer.certificate}`,
      `--tls-private-key-file=${apiServer.key}`,
      `--client-ca-file=${authority.certificate}`,
      `--authentication-config=${authenticationFile}`,
      `--kubelet-client-certificate=${admin.certificate}`,
      `--kubelet-client-key=${admin.key}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${addresses.services}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
    ],
    configuration: [
      authentication,
      ...[apiServer, authority].map((pair) => readFileSync(pair.certificate, 'utf8')),
    ],
    listens: [`${addresses.machine}:${ports.apiServer}`],
    ready: () => requestOk(`${server}/readyz`, { authority: authority.certificate }),
  })
}

/** The components' own certificates are signed by themselves: an answer of any kind over TLS is the sign of life. */
async function answers(url: string, credentials: Credentials): Promise<void> {
  try {
    await request(url, { authority: credentials.authority.certificate })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (
      ![
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ].includes(code)
    )
      throw error
  }
}
