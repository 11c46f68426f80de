import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureAuthority, ensureCertificate } from './testbed/certificate.ts'
import { programPath } from './testbed/debian-packages.ts'
import { request, requestOk } from './testbed/http.ts'
import { readPaths } from './testbed/paths.ts'
import { waitUntil } from './testbed/wait-until.ts'

/**
 * An API server of one's own, with its etcd and its controllers, without nodes: it can be killed and started again, and
 * what kubelets would say of pods is written by whoever uses it. The programs are those of the testbed.
 */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string
  /** Of an administrator: its content, and its file. */
  readonly kubeconfig: string
  readonly kubeconfigFile: string
  /** Ends the API server without warning; what it has stored is kept. */
  kill(): Promise<void>
  /** Starts the API server again. */
  start(): Promise<void>
  /** Drops every older state from etcd: a watch that goes on from one of them gets 410. */
  compact(): Promise<void>
  /** Stops the controllers where they are, as a node that hangs does; undone by `continueControllers`. */
  stopControllers(): void
  continueControllers(): void
  close(): Promise<void>
}

const READY_SECONDS = 60

export async function startControlPlane(): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-control-plane-'))
  const [etcdPort, peerPort, apiPort, managerPort] = await freePorts(4)
  const etcd = `http://127.0.0.1:${etcdPort}`
  const server = `https://127.0.0.1:${apiPort}`
  const authority = await ensureAuthority(folder, 'ca', 'control plane')
  const sign = (name: string, subject: string, alternativeNames: readonly string[]) =>
    ensureCertificate(authority, { folder, name, subject, alternativeNames })
  const serving = await sign('server', '/CN=server', ['IP:127.0.0.1', 'IP:10.0.0.1'])
  const admin = await sign('admin', '/O=system:masters/CN=admin', [])
  const kubeconfig = renderKubeconfig(server, authority.certificate, admin)
  const kubeconfigFile = join(folder, 'kubeconfig.json')
  writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 })
  const tokenKey = join(folder, 'service-account.key')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(tokenKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  const { bin } = readPaths()
  const running = new Map<string, ChildProcess>()

  function run(name: string, argv: readonly [string, ...string[]]): void {
    const [program, ...args] = argv
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    running.set(name, child)
  }

  async function end(name: string): Promise<void> {
    const child = running.get(name)
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async function start(): Promise<void> {
    run('kube-apiserver', [
      join(bin, 'kube-apiserver'),
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      '--endpoint-reconciler-type=none',
      `--tls-cert-file=${serving.certificate}`,
      `--tls-private-key-file=${serving.key}`,
      `--client-ca-file=${authority.certificate}`,
      `--service-account-key-file=${tokenKey}`,
      `--service-account-signing-key-file=${tokenKey}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
    ])
    const giveUp = (): void => {
      const code = running.get('kube-apiserver')?.exitCode
      if (code !== null && code !== undefined) {
        const log = readFileSync(join(folder, 'kube-apiserver.log'), 'utf8')
        throw new Error(`kube-apiserver ended with ${code}: ${log.slice(-500)}`)
      }
    }
    await waitUntil(
      'the API server',
      () => requestOk(`${server}/readyz`, { authority: authority.certificate }),
      {
        seconds: READY_SECONDS,
        giveUp,
      },
    )
  }

  async function close(): Promise<void> {
    for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd']) await end(name)
    rmSync(folder, { recursive: true, force: true })
  }

  run('etcd', [
    programPath('etcd'),
    ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
    ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${peerPort}`],
  ])
  try {
    await waitUntil('etcd', () => requestOk(`${etcd}/health`), { seconds: READY_SECONDS })
    await start()
  } catch (thrown) {
    await close()
    throw thrown
  }
  run('kube-controller-manager', [
    join(bin, 'kube-controller-manager'),
    `--kubeconfig=${kubeconfigFile}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${managerPort}`,
    '--controllers=deployment-controller,replicaset-controller,namespace-controller,garbage-collector-controller',
    '--kube-api-qps=1000',
    '--kube-api-burst=1000',
  ])

  return {
    server,
    kubeconfig,
    kubeconfigFile,
    start,
    kill: () => end('kube-apiserver'),
    async compact() {
      const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
        const { body: answer } = await request(`${etcd}/v3/kv/${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
        })
        return JSON.parse(answer) as Record<string, unknown>
      }
      const { header } = (await ask('range', { key: 'YQ==' })) as {
        readonly header?: { readonly revision?: string }
      }
      await ask('compaction', { revision: header?.revision })
    },
    stopControllers() {
      running.get('kube-controller-manager')?.kill('SIGSTOP')
    },
    continueControllers() {
      running.get('kube-controller-manager')?.kill('SIGCONT')
    },
    close,
  }
}

function renderKubeconfig(
  server: string,
  authority: string,
  admin: { readonly certificate: string; readonly key: string },
): string {
  const base64 = (path: string): string => readFileSync(path).toString('base64')
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'own',
    contexts: [{ name: 'own', context: { cluster: 'own', user: 'admin' } }],
    clusters: [{ name: 'own', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(admin.certificate),
          'client-key-data': base64(admin.key),
        },
      },
    ],
  })
}

/** Ports that nobody listens on, all different. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(
    servers.map((each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))),
  )
  const ports = servers.map((each) => (each.address() as AddressInfo).port)
  await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))))
  return ports
}
