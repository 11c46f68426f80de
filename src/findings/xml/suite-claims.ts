import type { Attributes } from './read-xml.ts'

/** What a suite says about the failures in it, against those that its cases show. */
interface OpenSuite {
  readonly name: string
  readonly claimed: number
  shown: number
}

export interface Contradiction {
  readonly suite: string
  readonly claimed: number
  readonly shown: number
}

/**
 * Compares the attributes `failures` and `errors` of suites with what is in them. Fewer in the attributes are not believed;
 * more are failures that the report does not show.
 */
export class SuiteClaims {
  readonly #open: OpenSuite[] = []

  open(attributes: Attributes): void {
    const claimed = count(attributes.failures) + count(attributes.errors)
    this.#open.push({ name: attributes.name ?? '', claimed, shown: 0 })
  }

  /** A failure or an error of a case or a suite, also one that was repeated and passed then. */
  addShown(): void {
    const suite = this.#open.at(-1)
    if (suite !== undefined) suite.shown += 1
  }

  /** Ends the innermost suite; undefined when all that it claims is shown. */
  close(): Contradiction | undefined {
    const suite = this.#open.pop()
    if (suite === undefined) return undefined
    const outer = this.#open.at(-1)
    if (outer !== undefined) outer.shown += Math.max(suite.shown, suite.claimed)
    const { name, claimed, shown } = suite
    return claimed > shown ? { suite: name, claimed, shown } : undefined
  }
}

function count(attribute: string | undefined): number {
  const value = Number(attribute ?? 0)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}
