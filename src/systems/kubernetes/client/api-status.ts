/** What the API server says about a failed request (`kind: Status`, see the API conventions, "Response status kind"). */
export interface ApiStatus {
  readonly message: string
  /** `Conflict`, `Invalid`, `Forbidden`, `AlreadyExists`, …; empty where the server gives none. */
  readonly reason: string
  /** The kind or resource that it is about. */
  readonly kind: string
  readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[]
}

/** Reads a Status; undefined for anything else, such as the page of a proxy. */
export function parseApiStatus(text: string): ApiStatus | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value.kind !== 'Status') return undefined
  const details = isRecord(value.details) ? value.details : {}
  const causes = Array.isArray(details.causes) ? details.causes.filter(isRecord) : []
  return {
    message: textOf(value.message),
    reason: textOf(value.reason),
    kind: textOf(details.kind),
    causes: causes.map((each) => ({
      reason: textOf(each.reason),
      field: textOf(each.field),
      message: textOf(each.message),
    })),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
