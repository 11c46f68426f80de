import type { Config } from '../config/config.ts'
import type { Overhead } from '../report/run-report.ts'
import type { Reporter } from '../stages/report/reporter.ts'
import { findGaps, type Gap, joinSpans } from '../systems/clock/activity.ts'
import type { StageResult } from '../pipeline/index.ts'
import type { Conclusion } from '../report/conclusion/conclude.ts'
import type { Console } from './console.ts'
import type { GithubWriter } from './github-writer.ts'
import type { Earlier } from './jobs/open-call.ts'
import { createReporter } from './reporter.ts'

export interface ReporterParts {
  readonly config: Config
  readonly console: Console
  readonly writer: GithubWriter | undefined
  readonly earlier: Earlier
  readonly conclude: (results: readonly StageResult[]) => Conclusion
}

/** How many of the longest stretches of our own time the report names. */
const NAMED_GAPS = 5

/** The report's writers, with the run's own clock, redactor and files. */
export function openReporter(parts: ReporterParts): Reporter {
  const { config, console, writer, earlier, conclude } = parts
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
    conclude,
  })
}

/** The time since the start in which no child ran, no answer was awaited and no step paused by design. */
function measureOverhead({ activity, pauses, clock, startedAt }: Console): Overhead {
  const now = clock.monotonic()
  const waited = lengthOf(findGaps(activity.spans(), startedAt, now))
  const gaps = findGaps(joinSpans(activity.spans(), pauses.spans()), startedAt, now)
  const longest = gaps.toSorted((one, other) => other.endMs - other.startMs - (one.endMs - one.startMs))
  return {
    wallMs: now - startedAt,
    ownMs: lengthOf(gaps),
    pausedMs: waited - lengthOf(gaps),
    gaps: longest
      .slice(0, NAMED_GAPS)
      .map((gap) => ({ from: gap.startMs - startedAt, to: gap.endMs - startedAt, after: gap.after })),
  }
}

function lengthOf(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0)
}
