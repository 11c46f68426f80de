import type { StageResult } from '../pipeline/index.ts'
import { renderCheck } from '../report/check-text.ts'
import { limitLine } from '../report/limit-bytes.ts'
import { STATUS_DESCRIPTION_LIMIT } from '../report/status-description.ts'
import type { Annotation, CommitStatus, Written } from '../systems/github/github.ts'
import type { Output } from '../systems/runner/output.ts'

/**
 * How many the runner shows of one step: 10 of each level. One error is left for the result, and some warnings for what
 * was not written.
 */
const SHOWN: Readonly<Record<Annotation['level'], number>> = { failure: 9, warning: 7, notice: 10 }

const commands = { failure: 'error', warning: 'warning', notice: 'notice' } as const

/**
 * What stands in for check runs where none can be written: annotations as commands to the runner, and a commit status
 * for each stage where there is somebody to write it.
 */
export class CheckFallback {
  readonly #output: Pick<Output, 'annotate'>
  readonly #writeStatus:
    ((status: Pick<CommitStatus, 'state' | 'description'>, stage: string) => Promise<Written>) | undefined
  readonly #left = { ...SHOWN }
  #reason: string | undefined
  #said = false
  #hidden = 0
  #statuses = 0
  #statusRefused = false

  /** @param writeStatus undefined where nothing can be written to GitHub */
  constructor(
    output: Pick<Output, 'annotate'>,
    writeStatus?: (status: Pick<CommitStatus, 'state' | 'description'>, stage: string) => Promise<Written>,
  ) {
    this.#output = output
    this.#writeStatus = writeStatus
  }

  /** Whether it is known that no check run can be written. */
  get isNeeded(): boolean {
    return this.#reason !== undefined
  }

  /** @param said whether the reason has been said already */
  need(reason: string, said = false): void {
    this.#reason ??= reason
    this.#said ||= said
  }

  /** Marks what a stage found, worst first. */
  annotate(annotations: readonly Annotation[]): void {
    for (const annotation of annotations) {
      if (this.#left[annotation.level] === 0) {
        this.#hidden += 1
        continue
      }
      this.#left[annotation.level] -= 1
      const { path: file, startLine: line, endLine, startColumn: column, level, title, message } = annotation
      this.#output.annotate(commands[level], message, { file, line, endLine, column, title })
    }
  }

  /** @param stage redacted */
  async write(stage: StageResult): Promise<Written> {
    const { conclusion, title } = renderCheck(stage)
    if (this.#writeStatus === undefined || this.#statusRefused || conclusion === 'skipped') return done
    const state = conclusion === 'cancelled' ? 'error' : conclusion
    const description = limitLine(title, STATUS_DESCRIPTION_LIMIT)
    const written = await this.#writeStatus({ state, description }, stage.id)
    if (written.written) this.#statuses += 1
    if (written.written || !written.refused) return written
    this.#statusRefused = true
    return done
  }

  /** What it stood in for, said once. */
  explain(): readonly string[] {
    const hidden =
      this.#hidden === 0
        ? []
        : [
            `${this.#hidden} more findings have no annotation: the runner shows few of a step. All are in the JSON report.`,
          ]
    if (this.#reason === undefined || this.#said) return hidden
    const instead = this.#statuses > 0 ? 'Each stage has a commit status instead, and' : 'Instead,'
    return [`${this.#reason} ${instead} what was found is annotated from the log.`, ...hidden]
  }
}

const done: Written = { written: true }
