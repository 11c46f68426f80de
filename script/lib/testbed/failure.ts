/** A part of the testbed that could not be brought up, with what was seen and what to do about it. */
export class TestbedFailure extends Error {
  override readonly name = 'TestbedFailure'
  readonly evidence: string
  readonly next: string | undefined

  constructor(problem: string, found: { evidence?: string; next?: string; cause?: unknown } = {}) {
    super(problem, { cause: found.cause })
    this.evidence = found.evidence ?? ''
    this.next = found.next
  }
}

/** The text for the terminal: the problem, the last lines that were seen, one next step. */
export function renderFailure(part: string, error: unknown): string {
  if (!(error instanceof TestbedFailure)) {
    return `${part}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  const lines = [`${part}: ${error.message}`]
  if (error.evidence !== '') lines.push(...error.evidence.split('\n').map((line) => `  ${line}`))
  if (error.next !== undefined) lines.push(`Next: ${error.next}`)
  return lines.join('\n')
}
