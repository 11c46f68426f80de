export const styles = ['plain', 'formal', 'playful'] as const

export type Style = (typeof styles)[number]

/** What a client asks for, after validation. */
export interface GenerationRequest {
  /** One line of 1 to 500 characters. */
  readonly prompt: string
  readonly style: Style
  /** 0 to 4294967295. The same prompt, style and seed give the same text. */
  readonly seed: number
}

/** A request with its result, as it is stored and answered. */
export interface Generation extends GenerationRequest {
  /** A lower-case UUID. */
  readonly id: string
  readonly text: string
  readonly createdAt: Date
}
