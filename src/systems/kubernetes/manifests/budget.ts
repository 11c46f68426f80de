import { limits } from './limits.ts'

/**
 * What all sources together may be: each may be within its bounds, and all of them not. Counted before a text is parsed,
 * for parsed it takes many times the memory; what comes after the end is not parsed any more.
 */
export class Budget {
  #length = 0
  #objects = 0

  /** Counts a text that is to be parsed; false when it is not to be. */
  takeText(length: number): boolean {
    this.#length += length
    return this.#length <= limits.totalLength && this.#objects <= limits.objects
  }

  takeObjects(count: number): void {
    this.#objects += count
  }

  /** What was beyond it. */
  problems(): readonly string[] {
    return [
      ...(this.#objects > limits.objects
        ? [`there are more than ${limits.objects} objects; the rest was not read`]
        : []),
      ...(this.#length > limits.totalLength
        ? [`there are more than ${limits.totalLength} characters of manifests; the rest was not read`]
        : []),
    ]
  }
}
