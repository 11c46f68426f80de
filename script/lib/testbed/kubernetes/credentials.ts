import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { ensureAuthority, ensureCertificate, type Certificate } from '../certificate.ts'
import { run } from '../command.ts'
import { writeAtomically } from '../files.ts'

export const server = `https://${addresses.machine}:${ports.apiServer}`
export const nodeName = 'node1'

/** Files of the cluster's own authority and of everyone it knows by certificate. */
export interface Credentials {
  readonly authority: Certificate
  readonly apiServer: Certificate
  readonly admin: Certificate
  /** Signs service accounts' tokens. */
  readonly serviceAccountKey: string
  readonly kubeconfig: { readonly admin: string; readonly node: string }
}

export async function ensureCredentials(folder: string): Promise<Credentials> {
  const authority = await ensureAuthority(folder, 'ca', 'testbed-kubernetes')
  const issue = (name: string, subject: string, alternativeNames: readonly string[]) =>
    ensureCertificate(authority, { folder, name, subject, alternativeNames })
  const [apiServer, admin, node] = await Promise.all([
    issue('apiserver', '/CN=kube-apiserver', [
      ...[`IP:${addresses.machine}`, 'IP:127.0.0.1', `IP:${addresses.apiService}`],
      ...['DNS:localhost', 'DNS:kubernetes.default.svc', 'DNS:kubernetes.default'],
    ]),
    issue('admin', '/O=system:masters/CN=admin', []),
    issue('node', `/O=system:nodes/CN=system:node:${nodeName}`, []),
  ])
  const serviceAccountKey = join(folder, 'service-account.key')
  if (!existsSync(serviceAccountKey)) {
    writeAtomically(serviceAccountKey, await run(['openssl', 'genrsa', '2048']))
  }
  const kubeconfig = { admin: join(folder, 'admin.kubeconfig'), node: join(folder, 'node.kubeconfig') }
  writeAtomically(kubeconfig.admin, renderKubeconfig('admin', authority, admin))
  writeAtomically(kubeconfig.node, renderKubeconfig('node', authority, node))
  return { authority, apiServer, admin, serviceAccountKey, kubeconfig }
}

/** JSON, which every reader of a kubeconfig takes as the YAML it is. */
function renderKubeconfig(user: string, authority: Certificate, pair: Certificate): string {
  const encode = (path: string) => readFileSync(path).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'testbed', cluster: { server, 'certificate-authority-data': encode(authority.certificate) } },
    ],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': encode(pair.certificate), 'client-key-data': encode(pair.key) },
      },
    ],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user } }],
    'current-context': 'testbed',
  }
  return JSON.stringify(config, null, 2)
}
