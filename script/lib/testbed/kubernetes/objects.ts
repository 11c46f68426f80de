import { addresses, ports } from '../addresses.ts'
import { run } from '../command.ts'
import { deployer, namespace } from './deployer.ts'

/** On everything of ours that is not inside our namespace, so that it is found again. */
export const ourLabel = 'app.kubernetes.io/managed-by=stagegate-testbed'
const labels = { 'app.kubernetes.io/managed-by': 'stagegate-testbed' }

/** Applies what a staging cluster has before the first deployment: the namespace, the deployer's rights, the database. */
export async function applyObjects(kubectl: string, kubeconfig: string): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: [...renderAccess(), ...renderDatabase()] }
  await run([kubectl, 'apply', '--server-side', '--force-conflicts', '--field-manager=testbed', '-f', '-'], {
    input: JSON.stringify(list),
    env: { KUBECONFIG: kubeconfig },
  })
}

function renderAccess(): unknown[] {
  const apiGroup = 'rbac.authorization.k8s.io'
  const apiVersion = `${apiGroup}/v1`
  const subjects = [{ apiGroup, kind: 'User', name: deployer }]
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'deployer', namespace },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'admin' },
      subjects,
    },
    {
      // What `admin` lacks: the deploy lock is a Lease.
      apiVersion,
      kind: 'Role',
      metadata: { name: 'deploy-lock', namespace },
      rules: [
        {
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
        },
      ],
    },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'deploy-lock', namespace },
      roleRef: { apiGroup, kind: 'Role', name: 'deploy-lock' },
      subjects,
    },
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'stagegate-deployer', labels },
      rules: [
        {
          apiGroups: [''],
          resources: ['namespaces'],
          resourceNames: [namespace],
          verbs: ['get', 'patch', 'update'],
        },
        { apiGroups: [''], resources: ['namespaces'], verbs: ['create'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'stagegate-deployer', labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'stagegate-deployer' },
      subjects,
    },
  ]
}

/** The name `postgres` inside the namespace: a service without a selector and its one endpoint, the machine. */
function renderDatabase(): unknown[] {
  const port = { name: 'postgres', port: ports.postgres, protocol: 'TCP' }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'postgres', namespace },
      spec: { ports: [{ ...port, targetPort: ports.postgres }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'postgres-testbed',
        namespace,
        labels: {
          'kubernetes.io/service-name': 'postgres',
          'endpointslice.kubernetes.io/managed-by': 'testbed.stagegate',
        },
      },
      addressType: 'IPv4',
      ports: [port],
      endpoints: [{ addresses: [addresses.machine], conditions: { ready: true } }],
    },
  ]
}
