import type { Statement } from './statement.ts'

const plan = /^(?:TAP version \d{1,3}|1\.\.\d{1,9}\b)/
const point = /^(not )?ok\b(?: {1,5}\d{1,9})?([^#]{0,400})(?:# ?(\w{1,10}))?/

/** Reads TAP by its points, for what prints nothing else: bats, prove, pg_prove. Tests in tests are indented, and left out. */
export class TapLines {
  #planned = false

  read(line: string): Statement | undefined {
    if (plan.test(line)) {
      this.#planned = true
      return line.startsWith('1..0') ? { runner: 'TAP', passed: 0, failed: 0, skipped: 0 } : undefined
    }
    const match = this.#planned ? point.exec(line) : null
    if (match === null) return undefined
    const directive = match[3]?.toLowerCase() ?? ''
    const skipped = directive.startsWith('skip') || directive === 'todo'
    const failed = match[1] !== undefined && !skipped
    return {
      runner: 'TAP',
      passed: skipped || failed ? 0 : 1,
      failed: failed ? 1 : 0,
      skipped: skipped ? 1 : 0,
      more: true,
    }
  }
}
