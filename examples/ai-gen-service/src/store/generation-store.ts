import type { Generation } from '../generation/generation.ts'

export interface Page {
  /** Newest first. */
  readonly items: readonly Generation[]
  /** Pass as `cursor` for the next page; undefined on the last one. */
  readonly nextCursor: string | undefined
}

/** Keeps generations. Every method may throw StoreUnavailable. */
export interface GenerationStore {
  /** Resolves when the store answers; says nothing about its tables. */
  ping(): Promise<void>
  add(generation: Generation): Promise<void>
  find(id: string): Promise<Generation | undefined>
  /** @param cursor decimal digits: items older than that position */
  list(limit: number, cursor: string | undefined): Promise<Page>
  close(): Promise<void>
}

/** The store cannot answer now; the request may be repeated later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly reason: 'unreachable' | 'not-migrated'

  constructor(reason: 'unreachable' | 'not-migrated', message: string, cause: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}
