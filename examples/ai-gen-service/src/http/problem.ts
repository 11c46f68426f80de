import type { Violation } from '../generation/parse-generation-request.ts'

export interface ProblemDetails {
  readonly headers?: Readonly<Record<string, string>>
  readonly errors?: readonly Violation[]
}

/** An answer that is an error, rendered as application/problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly title: string
  readonly headers: Readonly<Record<string, string>>
  readonly errors: readonly Violation[] | undefined

  /** @param detail for the client: nothing internal */
  constructor(status: number, title: string, detail: string, { headers = {}, errors }: ProblemDetails = {}) {
    super(detail)
    this.status = status
    this.title = title
    this.headers = headers
    this.errors = errors
  }

  toJSON(): object {
    const { title, status, message: detail, errors } = this
    return { title, status, detail, ...(errors && { errors }) }
  }
}
