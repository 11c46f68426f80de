import type { Violation } from './state.ts'

/** One entry of GitHub's `errors` list in a 422. */
export interface FieldError {
  readonly resource: string
  readonly field: string
  readonly code: string
  readonly message?: string
}

/** An answer other than success, thrown by whoever decides it; the server sends it in GitHub's form. */
export class Refusal extends Error {
  readonly status: number
  readonly errors: readonly (FieldError | string)[] | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Set when the request breaks a rule that a correct client knows, so that the refusal counts as a violation. */
  readonly violation: Violation['kind'] | undefined

  constructor(
    status: number,
    message: string,
    more: {
      errors?: readonly (FieldError | string)[]
      headers?: Record<string, string>
      violation?: Violation['kind']
    } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.errors = more.errors
    this.headers = more.headers ?? {}
    this.violation = more.violation
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found')
}

/** A 422 for a value that the description allows and GitHub does not, e.g. a status text of 141 characters. */
export function invalidField(resource: string, field: string, message: string): Refusal {
  return new Refusal(422, 'Validation Failed', {
    errors: [{ resource, code: 'custom', field, message }],
    violation: 'limit',
  })
}
