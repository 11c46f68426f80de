import { parseApiVersion } from '../object-id.ts'

/** The groups that an API server serves by itself (1.34); all others are of custom resources, `*.k8s.io` or not. */
const builtIn = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/** `apps/Deployment`, `/Pod`: a kind whatever its version. Kinds of the same name in other groups are others. */
export function groupKind({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string
  readonly kind: string
}): string {
  return `${parseApiVersion(apiVersion).group}/${kind}`
}

export function isCustom({ apiVersion }: { readonly apiVersion: string }): boolean {
  return !builtIn.has(parseApiVersion(apiVersion).group)
}
