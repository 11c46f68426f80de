import type { ApiStatus } from '../client/api-status.ts'

export interface FieldConflict {
  /** `kubectl-client-side-apply`, or with its subresource `kube-controller-manager (scale)`. */
  readonly manager: string
  /** `.spec.replicas` */
  readonly field: string
}

/**
 * Managers that stand for a client-side apply, or for the time before managers were recorded (`before-first-apply`):
 * whoever applies from a file now is their successor. See "Migration between client-side and server-side apply" in
 * the Kubernetes documentation.
 */
const clientSideManagers = ['kubectl-client-side-apply', 'before-first-apply']

/** Who else owns which field, from the causes of a 409. Pure. */
export function parseConflicts(status: ApiStatus | undefined): readonly FieldConflict[] {
  return (status?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map(({ field, message }) => {
      const [, name = 'another manager', subresource] =
        /conflicts? with "([^"]{1,200})"(?: with subresource "([^"]{1,100})")?/.exec(message) ?? []
      return { field, manager: subresource === undefined ? name : `${name} (${subresource})` }
    })
}

/** Whether all fields in conflict can be taken over. Pure. */
export function isClientSideOnly(conflicts: readonly FieldConflict[]): boolean {
  return conflicts.length > 0 && conflicts.every(({ manager }) => clientSideManagers.includes(manager))
}
