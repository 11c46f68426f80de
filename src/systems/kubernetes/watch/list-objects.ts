import { StagegateError } from '../../../errors/index.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { expectList } from '../client/expect-body.ts'
import { type ApiResource, resourcePath } from '../discovery/api-resource.ts'
import { trimObject } from './trim-object.ts'

/** Which objects of a resource. */
export interface Selection {
  readonly resource: ApiResource
  readonly namespace: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ObjectList {
  readonly items: readonly KubernetesObject[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly KubernetesObject[] | null
}

/** A page is in memory as text and as objects at the same time. */
const PAGE = '250'
/** Half a million objects, and pages that expire: a server that goes on like this never ends. */
const MAX_PAGES = 2_000
const MAX_EXPIRED = 10

/**
 * All objects of a selection, trimmed, page by page; a page that has expired (410) begins the list anew.
 *
 * @throws StagegateError E_KUBE_*; E_KUBE_PROTOCOL for a list without an end
 */
export async function listObjects(
  client: ApiClient,
  selection: Selection,
  signal: AbortSignal,
  policy?: { readonly attempts: number },
): Promise<ObjectList> {
  const { resource } = selection
  const items: KubernetesObject[] = []
  let next: string | undefined
  let expired = 0
  for (let page = 1; ; page += 1) {
    if (page > MAX_PAGES || expired > MAX_EXPIRED) throw endless(selection)
    const { status, body } = await client.send({
      method: 'GET',
      path: resourcePath(resource, selection),
      query: { ...selectors(selection), limit: PAGE, continue: next },
      signal,
      purpose: `list ${resource.plural} in ${selection.namespace}`,
      allow: next === undefined ? [] : [410],
      check: expectList(resource.kind),
      ...(policy === undefined ? {} : { policy }),
    })
    if (status === 410) {
      items.length = 0
      next = undefined
      expired += 1
      continue
    }
    const { metadata, items: listed } = body as ListBody
    const { apiVersion, kind } = typeOf(resource)
    for (const each of listed ?? []) items.push(trimObject({ ...each, apiVersion, kind }))
    next = metadata?.continue === '' ? undefined : metadata?.continue
    if (next === undefined) return { items, resourceVersion: metadata?.resourceVersion ?? '' }
  }
}

function endless({ resource, namespace }: Selection): StagegateError {
  return new StagegateError('E_KUBE_PROTOCOL', {
    message: `Kubernetes: the list of ${resource.plural} in ${namespace} does not come to an end.`,
  })
}

export function selectors({ labelSelector, fieldSelector }: Selection): Record<string, string | undefined> {
  return { labelSelector, fieldSelector }
}

/** Items of a list carry neither apiVersion nor kind. */
function typeOf({ group, version, kind }: ApiResource): { apiVersion: string; kind: string } {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind }
}
