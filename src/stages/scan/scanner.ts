import { StagegateError } from '../../errors/index.ts'
import type { Finding } from '../../findings/index.ts'
import type { StepContext } from '../../pipeline/index.ts'
import type { Finished } from '../../systems/runner/processes.ts'
import type { Systems } from '../systems.ts'
import { cut } from '../../text/index.ts'

/** What a scanner found, and what shows that it looked. */
export interface ScannerReport {
  readonly tool: string
  readonly findings: readonly Finding[]
  /** What it looked at, and what it left out: `148 files`, `3 of 3 operations, 412 requests`. */
  readonly evidence: string
  /** What a reader should know about some of the findings, such as a comment in the code that does not count. */
  readonly notes?: ReadonlyMap<Finding, string>
  /** Why the scan proves nothing though it found something: the step fails with it. */
  readonly failure?: StagegateError
}

/** The part of the outside that scanners use. */
export type ScannerSystems = Pick<Systems, 'processes' | 'files' | 'http' | 'clock' | 'git'>

/**
 * Absolute path of a scanner's program.
 *
 * @param install the command that installs it
 * @throws StagegateError E_TOOL_MISSING
 */
export async function findScanner(
  { processes }: Pick<ScannerSystems, 'processes'>,
  tool: string,
  install: string,
): Promise<string> {
  const path = await processes.find(tool)
  if (path !== undefined) return path
  throw new StagegateError('E_TOOL_MISSING', {
    message: `${tool} is not on the PATH.`,
    next: `Install it in a step before Stagegate: ${install}`,
  })
}

/**
 * Runs a scanner in the workspace, its output in the step's log.
 *
 * @param env see `scannerEnvironment`
 */
export function runScanner(
  argv: readonly [string, ...string[]],
  workspace: string,
  { processes }: ScannerSystems,
  step: StepContext,
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  return processes.run({
    argv,
    cwd: workspace,
    env,
    signal: step.signal,
    onOutput(chunk) {
      step.log.child(chunk)
    },
  })
}

/** The error for a scanner that ended without showing what it looked at: that is a failure, never a pass. */
export function lacksEvidence(
  tool: string,
  why: string,
  details: {
    readonly finished?: Finished
    readonly evidence?: readonly string[]
    readonly next?: string
  } = {},
): StagegateError {
  const { finished, next } = details
  const output = finished === undefined ? [] : lastLines(finished.stderr.trim() || finished.stdout.trim())
  return new StagegateError('E_SCAN_NO_EVIDENCE', {
    message: `${tool} ${why}.`,
    evidence: [...(details.evidence ?? []), ...output],
    ...(next === undefined ? {} : { next }),
  })
}

function lastLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-10)
    .map((line) => cut(line, 500))
}
