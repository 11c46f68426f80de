import type { Config } from '../config/config.ts'
import { StagegateError, toStagegateError } from '../errors/index.ts'
import type { PipelineEvent } from '../pipeline/index.ts'
import { isReportAlone } from '../report/conclusion/call.ts'
import { isNoVerdict } from '../report/conclusion/conclude.ts'
import type { CommitStatus } from '../systems/github/github.ts'
import type { EndAtOnce } from './end-at-once.ts'
import type { GithubWriter } from './github-writer.ts'
import type { RecordedWrites } from './record-writes.ts'
import type { RunSignals } from './signals.ts'

export interface EndEarlyOptions {
  readonly config: Config
  readonly signals: RunSignals
  readonly writer: GithubWriter
  readonly writes: RecordedWrites
  readonly atOnce: EndAtOnce
}

/**
 * Makes the commit status terminal as soon as a run is cancelled or has crashed, not only at its end: whoever ended it
 * may not wait. When even the end has no more time, the status is the one thing that is still written.
 */
export function endEarly({ config, signals, writer, writes, atOnce }: EndEarlyOptions): {
  listen(event: PipelineEvent): void
} {
  let stage = 'preflight'
  const isReporting = (): boolean => stage === 'report' || isReportAlone(config.selection.stages)
  signals.signal.addEventListener('abort', () => {
    const error = toStagegateError(signals.signal.reason)
    if (isNoVerdict(error.code) && !isReporting()) writer.setStatus('error', describe(error, stage))
  })
  atOnce.add(async (signal) => {
    const last = writes.lastStatus()
    if (last === undefined || writes.hasTerminalStatus()) return
    const error = toStagegateError(signals.signal.reason)
    const status: CommitStatus =
      last.state === 'pending' ? { ...last, state: 'error', description: describe(error, stage) } : last
    // Not after the gap that GitHub asks for between writes: the process is gone by then.
    writes.github.hurry()
    await writes.github.writeStatus(status, signal)
  })
  return {
    listen(event) {
      if (event.kind === 'stage-started') stage = event.stage
    },
  }
}

/** As the report words it, so that the same is not written twice. */
function describe(error: StagegateError, stage: string): string {
  return error.code === 'E_CANCELLED' ? `Cancelled in ${stage}.` : `${stage}: ${error.message}`
}
