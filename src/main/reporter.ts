import type { Config } from '../config/config.ts'
import type { StageResult } from '../pipeline/index.ts'
import { renderJsonReport } from '../report/json-report.ts'
import { limitBytes } from '../report/limit-bytes.ts'
import { redactResults } from '../report/redact-results.ts'
import type { Conclusion } from '../report/conclusion/conclude.ts'
import { redactConclusion } from '../report/conclusion/redact-conclusion.ts'
import type { Overhead, RunReport } from '../report/run-report.ts'
import { renderStatusDescription } from '../report/status-description.ts'
import { renderSummary } from '../report/summary.ts'
import type { Reporter } from '../stages/report/reporter.ts'
import type { Files } from '../systems/runner/files.ts'
import type { RunnerFiles } from '../systems/runner/runner-files.ts'
import { factsOf } from './facts.ts'
import type { GithubWriter } from './github-writer.ts'
import { reportFileOf } from './report-file-of.ts'

/** GitHub shows nothing at all of a step summary that is larger. Bytes. */
export const SUMMARY_BYTES = 1_048_576

/** Of a report that goes to the log. Bytes. */
const LOGGED_BYTES = 200_000

export interface ReporterOptions {
  readonly config: Config
  readonly files: Files
  readonly runnerFiles: RunnerFiles
  readonly writer: GithubWriter | undefined
  readonly redact: (text: string) => string
  readonly elapsed: () => number
  readonly overhead: () => Overhead
  readonly warnings: () => readonly string[]
  /** Writes to the log. */
  readonly say: (text: string) => void
  /** What the call comes to with these results. */
  readonly conclude: (results: readonly StageResult[]) => Conclusion
}

/** The real writers behind the report stage. */
export function createReporter(options: ReporterOptions): Reporter {
  const { config, files, writer, redact } = options
  const reportOf = (results: readonly StageResult[]): RunReport => ({
    facts: factsOf(config),
    // Decided first: what is hidden in a text must not change what happened.
    conclusion: redactConclusion(options.conclude(results), redact),
    stages: redactResults(results, redact),
    durationMs: options.elapsed(),
    overhead: options.overhead(),
    warnings: options.warnings().map(redact),
  })
  return {
    async writeFile(results) {
      const path = reportFileOf(config)
      const text = renderJsonReport(reportOf(results))
      await files.write(path, text).catch((thrown: unknown) => {
        // On a full disk the log is the only place that is left.
        options.say(`The report, which could not be written to a file:\n${limitBytes(text, LOGGED_BYTES)}`)
        throw thrown
      })
      return path
    },
    async writeSummary(results) {
      await options.runnerFiles.writeSummary(
        limitBytes(redact(renderSummary(reportOf(results))), SUMMARY_BYTES),
      )
    },
    async finishGithub(results, signal) {
      // Another job of the run writes what this one must not.
      if (writer === undefined && config.selection.gates === 'jobs') return []
      if (writer === undefined)
        return ['There is no github-token: no commit status and no check run was written.']
      const report = reportOf(results)
      const { commitStatus } = report.conclusion
      if (commitStatus !== undefined) writer.setStatus(commitStatus, renderStatusDescription(report))
      return writer.finish(signal)
    },
  }
}
