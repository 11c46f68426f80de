import type { DeploySettings } from '../../config/config.ts'

export interface Access {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace: string
}

/** What a deployment does in its namespace whatever the manifests hold: the lock, workloads, pods' logs, secrets. */
export function neededAccess(deploy: DeploySettings): readonly Access[] {
  const { namespace } = deploy
  const each = (group: string, resource: string, ...verbs: string[]): Access[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }))
  const { manifests, migration, smoke } = deploy
  const throughProxy = smoke.configured && smoke.checks.some((check) => check.url.startsWith('service://'))
  return [
    ...each('coordination.k8s.io', 'leases', 'get', 'create', 'update'),
    ...each('', 'pods', 'get', 'list', 'watch'),
    ...each('', 'pods/log', 'get'),
    ...each('', 'events', 'list', 'watch'),
    ...each('', 'secrets', 'get', 'create', 'patch', 'delete'),
    ...(manifests.configured
      ? [
          ...each('apps', 'deployments', 'get', 'list', 'watch', 'create', 'patch'),
          ...each('apps', 'replicasets', 'list', 'watch'),
        ]
      : []),
    ...(migration.configured
      ? [
          ...each('batch', 'jobs', 'get', 'list', 'watch', 'create', 'patch', 'delete'),
          ...each('', 'configmaps', 'get', 'create', 'patch'),
        ]
      : []),
    ...(throughProxy ? each('', 'services/proxy', 'get') : []),
  ]
}
