import type { InputReader } from './input-reader.ts'
import type { ClusterInputs } from './inputs.ts'

/** How the cluster is reached; undefined where the inputs name none. */
export function readClusterInputs(
  reader: InputReader,
  warn: (text: string) => void,
): ClusterInputs | undefined {
  const server = reader.serverUrl('kubernetes-server')
  const caCertificate = reader.certificates('kubernetes-ca-certificate')
  const audience = reader.line('kubernetes-audience')
  const kubeconfig = reader.text('kubeconfig')
  const context = reader.line('kube-context')
  if (kubeconfig !== undefined && reader.text('kubernetes-server') !== undefined) {
    reader.refuse('kubeconfig', 'kubernetes-server is set too; set one of both')
    return undefined
  }
  if (kubeconfig !== undefined) return { kind: 'kubeconfig', kubeconfig: `${kubeconfig}\n`, context }
  if (context !== undefined) warn('kube-context is set, kubeconfig is empty: this run has no kubeconfig.')
  return server === undefined
    ? undefined
    : { kind: 'oidc', server, caCertificate, audience: audience ?? server }
}
