import type { Config } from '../config/config.ts'
import type { Overhead } from '../report/run-report.ts'
import type { Reporter } from '../stages/report/reporter.ts'
import { findGaps } from '../systems/clock/activity.ts'
import type { GitHub } from '../systems/github/github.ts'
import type { Console } from './console.ts'
import { isReportAlone } from './decide-status.ts'
import type { GithubWriter } from './github-writer.ts'
import type { Earlier } from './jobs/open-call.ts'
import { createReporter } from './reporter.ts'

export interface ReporterParts {
  readonly config: Config
  readonly console: Console
  readonly writer: GithubWriter | undefined
  readonly github: GitHub | undefined
  readonly earlier: Earlier
  /** For reading what earlier calls have left. */
  readonly signal: AbortSignal
}

/** How many of the longest stretches of our own time the report names. */
const NAMED_GAPS = 5

/** The report's writers, with the run's own clock, redactor and files. */
export function openReporter(parts: ReporterParts): Reporter {
  const { config, console, writer, github, earlier, signal } = parts
  const { clock, startedAt } = console
  return createReporter({
    config,
    files: console.files,
    runnerFiles: console.runnerFiles,
    writer,
    redact: console.redact,
    elapsed: () => earlier.elapsedMs + clock.monotonic() - startedAt,
    overhead: () => measureOverhead(console),
    warnings: () => [...earlier.warnings, ...console.warnings],
    say: (text) => {
      console.output.info(text)
    },
    async readStatus() {
      if (!isReportAlone(config.selection.stages) || github === undefined) return undefined
      return (await github.readStatus(config.trigger.headCommit, config.statusContext, signal))?.state
    },
  })
}

/** The time since the start in which no child ran and no answer was awaited. */
function measureOverhead({ activity, clock, startedAt }: Console): Overhead {
  const gaps = findGaps(activity.spans(), startedAt, clock.monotonic())
  const longest = gaps.toSorted((one, other) => other.endMs - other.startMs - (one.endMs - one.startMs))
  return {
    wallMs: clock.monotonic() - startedAt,
    ownMs: gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0),
    gaps: longest
      .slice(0, NAMED_GAPS)
      .map((gap) => ({ from: gap.startMs - startedAt, to: gap.endMs - startedAt, after: gap.after })),
  }
}
