import { type Blame, catalogue, type ErrorCode } from './catalogue.ts'

export interface ErrorDetails {
  /** What was expected and what was seen, in one sentence with units. */
  readonly message: string
  /** Facts that support the message, one per line: a pod and its reason, the last log lines, a file and line. */
  readonly evidence?: readonly string[]
  /** What is left behind: "Nothing was pushed.", "Revision 41 was restored and is available." */
  readonly state?: string
  /** The one thing to do next. */
  readonly next?: string
  readonly cause?: unknown
}

/** The one error type that stages and systems throw on purpose; anything else is a bug and becomes E_INTERNAL. */
export class StagegateError extends Error {
  override readonly name = 'StagegateError'
  readonly code: ErrorCode
  readonly evidence: readonly string[]
  readonly state: string | undefined
  readonly next: string

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.evidence = details.evidence ?? []
    this.state = details.state
    this.next = details.next ?? catalogue[code].next
  }

  /** Whose fault it is, from the catalogue. */
  get blame(): Blame {
    return catalogue[this.code].blame
  }

  /** The same error with what is known further out: the state left behind, more evidence. */
  with(details: Partial<Omit<ErrorDetails, 'cause'>>): StagegateError {
    const state = details.state ?? this.state
    return new StagegateError(this.code, {
      message: details.message ?? this.message,
      evidence: [...this.evidence, ...(details.evidence ?? [])],
      next: details.next ?? this.next,
      cause: this.cause ?? this,
      ...(state === undefined ? {} : { state }),
    })
  }
}
