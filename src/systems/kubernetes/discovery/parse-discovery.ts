import type { ApiResource } from './api-resource.ts'

interface GroupList {
  readonly kind?: string
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string }
    readonly versions?: readonly {
      readonly version?: string
      readonly resources?: readonly {
        readonly resource?: string
        readonly scope?: string
        readonly responseKind?: { readonly kind?: string }
        readonly subresources?: readonly { readonly subresource?: string }[]
      }[]
    }[]
  }[]
}

/**
 * The resources of an APIGroupDiscoveryList (`apidiscovery.k8s.io/v2`, KEP-3352); undefined when the server answered
 * with something else, as those before 1.26 do.
 */
export function parseDiscovery(body: unknown): readonly ApiResource[] | undefined {
  const list = body as GroupList | undefined
  if (list?.kind !== 'APIGroupDiscoveryList') return undefined
  return (list.items ?? []).flatMap((group) =>
    (group.versions ?? []).flatMap(({ version, resources }) =>
      (resources ?? []).flatMap(({ resource, scope, responseKind, subresources = [] }) =>
        version === undefined || resource === undefined || responseKind?.kind === undefined
          ? []
          : {
              group: group.metadata?.name ?? '',
              version,
              kind: responseKind.kind,
              plural: resource,
              namespaced: scope === 'Namespaced',
              hasStatus: subresources.some(({ subresource }) => subresource === 'status'),
            },
      ),
    ),
  )
}
