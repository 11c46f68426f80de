/** What marks the objects that we write for ourselves. */
export const managedLabel = { 'app.kubernetes.io/managed-by': 'stagegate' } as const

/** The name that the lock, the record and the key of a service carry in its namespace. */
export function bookkeepingName(service: string, kind: 'lock' | 'record' | 'key'): string {
  return `stagegate-${service}-${kind}`
}

/** Whether a name is one of those, of any service. Pure. */
export function isBookkeepingName(name: string): boolean {
  return /^stagegate-.+-(?:lock|record|key)$/.test(name)
}
