import { KeptOutput } from '../../runner/kept-output.ts'

/** The beginning and the end of a log together. Bytes. */
const LIMIT = 1024 * 1024

/** A log of at most 1 MiB: its beginning and its end, with a line that says how much is missing between. */
export class BoundedLog {
  readonly #kept = new KeptOutput(LIMIT)

  add(chunk: Uint8Array): void {
    this.#kept.add(chunk)
  }

  text(): string {
    return this.#kept.toString()
  }
}
