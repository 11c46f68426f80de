/** How the server serves a kind. */
export interface ApiResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The plural in paths: `deployments`. */
  readonly plural: string
  readonly namespaced: boolean
  /** It has the subresource `status`, which a controller writes. */
  readonly hasStatus?: boolean
}

export interface ResourceName {
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
}

/**
 * The path of an object, of a list (no name), or of a list over all namespaces (neither). Names are kept as written,
 * capitals included, and encoded.
 */
export function resourcePath(resource: ApiResource, { namespace, name, subresource }: ResourceName): string {
  const { group, version, plural, namespaced } = resource
  const root = group === '' ? ['api', version] : ['apis', group, version]
  const within = namespaced && namespace !== undefined ? ['namespaces', namespace] : []
  const segments = [...root, ...within, plural, name, subresource].filter((each) => each !== undefined)
  return `/${segments.map(encodeURIComponent).join('/')}`
}

const core = (kind: string, plural: string): ApiResource => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
})

/** Resources that every server has and that are asked for without discovery. */
export const known = {
  pods: core('Pod', 'pods'),
  events: core('Event', 'events'),
  services: core('Service', 'services'),
  namespaces: { ...core('Namespace', 'namespaces'), namespaced: false },
  replicaSets: { group: 'apps', version: 'v1', kind: 'ReplicaSet', plural: 'replicasets', namespaced: true },
  jobs: { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true },
  storageClasses: {
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    namespaced: false,
  },
  leases: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
  accessReviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
  },
} as const satisfies Record<string, ApiResource>
