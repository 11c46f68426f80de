import type { Finding } from './finding.ts'
import { MAX_FINDINGS } from './limits.ts'
import { compareSeverity } from './severity.ts'

/** Takes findings as they are read and keeps the worst, at most 10,000: in their order while there are no more. */
export class WorstFindings {
  #kept: Finding[] = []
  #dropped = 0

  add(finding: Finding): void {
    this.#kept.push(finding)
    // in one go for many, so that the time stays in proportion to their number
    if (this.#kept.length >= 2 * MAX_FINDINGS) this.#cut()
  }

  /** Worst first where some had to go. */
  findings(): readonly Finding[] {
    if (this.#kept.length > MAX_FINDINGS) this.#cut()
    return this.#kept
  }

  /** How many had to go; to be asked after `findings`. */
  get dropped(): number {
    return this.#dropped
  }

  #cut(): void {
    const sorted = this.#kept.toSorted((one, other) => compareSeverity(one.severity, other.severity))
    this.#dropped += sorted.length - MAX_FINDINGS
    this.#kept = sorted.slice(0, MAX_FINDINGS)
  }
}
