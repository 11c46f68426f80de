import type { CommandSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import {
  type Finding,
  isAtLeast,
  ProblemMatcher,
  renderFinding,
  type TestSummary,
} from '../../findings/index.ts'
import type { StepContext } from '../../pipeline/index.ts'
import type { Finished } from '../../systems/runner/processes.ts'
import type { Systems } from '../systems.ts'
import { OutputReader } from './output-reader.ts'
import { readReports, rememberReports, type Reports } from './read-reports.ts'
import { cut } from '../../text/index.ts'

/** How the commands of a step ended, and what their output and reports say. Judged by the stage. */
export interface CommandOutcome {
  /** The command that failed; the ones after it did not run. */
  readonly failure: StagegateError | undefined
  readonly findings: readonly Finding[]
  /** Undefined when no report is about tests. */
  readonly tests: TestSummary | undefined
  readonly reports: Reports
}

const EVIDENCE_FINDINGS = 5

/**
 * Runs the commands of a step one after another until one fails, then reads the reports they left. The text of a command
 * is the only text that a shell gets; it comes from the commit's own configuration.
 *
 * @param workspace absolute path
 * @param onLine is told each line of the output
 * @throws StagegateError E_REPORT_UNREADABLE when the commands ended well but a report cannot be read
 */
export async function runCommands(
  settings: CommandSettings,
  workspace: string,
  { processes, files }: Pick<Systems, 'processes' | 'files'>,
  step: StepContext,
  onLine: (line: string) => void = () => undefined,
): Promise<CommandOutcome> {
  const matcher = new ProblemMatcher(workspace, settings.workingDirectory)
  const before = await rememberReports(files, workspace, settings.reports)
  const env = processes.environment('foreign', settings.env)
  let failure: StagegateError | undefined
  for (const text of settings.run) {
    const reader = new OutputReader((line) => {
      matcher.addLine(line)
      onLine(line)
    })
    const finished = await processes.run({
      argv: shellArguments(settings.shell, text),
      cwd: settings.workingDirectory,
      env,
      signal: step.signal,
      onOutput(chunk, stream) {
        step.log.child(chunk)
        reader.write(chunk, stream)
      },
    })
    reader.end()
    if (finished.exitCode === 0) continue
    failure = explainExit(text, finished, reader.lastLines())
    break
  }
  const reports = await readReports(files, workspace, settings.reports, before)
  const findings = [...reports.findings, ...matcher.findings()]
  step.keep('findings', findings)
  for (const note of reports.notes) step.log.warn(note)
  if (reports.stale.length > 0) {
    step.log.warn(`Left out, for the command did not write them: ${reports.stale.join(', ')}`)
  }
  if (failure === undefined) {
    if (reports.unreadable[0] !== undefined) throw reports.unreadable[0]
  } else {
    failure = failure.with({ evidence: describeFindings(findings, reports, failure.evidence) })
  }
  return { failure, findings, tests: reports.tests, reports }
}

/** `-e` and `pipefail`: a command that fails in the middle of a text fails the step. */
export function shellArguments(
  shell: CommandSettings['shell'],
  text: string,
): readonly [string, ...string[]] {
  return shell === 'bash' ? ['bash', '-eo', 'pipefail', '-c', text] : ['sh', '-e', '-c', text]
}

function explainExit(text: string, { exitCode }: Finished, lastLines: readonly string[]): StagegateError {
  const end =
    exitCode > 128 && exitCode < 160
      ? `was ended by signal ${exitCode - 128} (exit code ${exitCode})`
      : `ended with exit code ${exitCode}`
  const next = nextSteps.get(exitCode)
  return new StagegateError('E_COMMAND_FAILED', {
    message: `\`${shorten(text)}\` ${end}.`,
    evidence: lastLines,
    ...(next === undefined ? {} : { next }),
  })
}

/** Exit codes that mean the same for every shell and every command. */
const nextSteps: ReadonlyMap<number, string> = new Map([
  [126, 'Make the file executable.'],
  [127, 'Install the command that was not found in a step before Stagegate, or correct its name.'],
  [137, 'Give the command more memory: the system ends a process that takes too much.'],
])

/** The worst findings that are not among the last lines anyway, and the reports that cannot be read. */
function describeFindings(
  findings: readonly Finding[],
  { unreadable }: Reports,
  lastLines: readonly string[],
): readonly string[] {
  const errors = findings.filter(
    ({ severity, message }) =>
      isAtLeast(severity, 'high') &&
      !lastLines.some((line) => line.includes(message.split('\n', 1)[0] ?? '')),
  )
  const lines = errors.slice(0, EVIDENCE_FINDINGS).map(renderFinding)
  if (errors.length > EVIDENCE_FINDINGS) lines.push(`… and ${errors.length - EVIDENCE_FINDINGS} more`)
  return [...lines, ...unreadable.map((error) => error.message)]
}

/** The first line of a command, as a message shows it. */
function shorten(text: string): string {
  const [first = '', ...more] = text.trim().split('\n')
  return more.length > 0 ? `${cut(first, 120)} …` : cut(first, 120)
}
