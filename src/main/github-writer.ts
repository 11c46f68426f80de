import type { Config } from '../config/config.ts'
import { DEFAULT_STATUS_CONTEXT } from '../inputs/default-status-context.ts'
import type { PipelineEvent, StageResult } from '../pipeline/index.ts'
import { renderCheck } from '../report/check-text.ts'
import { concludeDeployment } from '../report/conclusion/conclude-stage.ts'
import { findingsOf } from '../report/kept.ts'
import { limitBytes } from '../report/limit-bytes.ts'
import { redactResults } from '../report/redact-results.ts'
import type { Annotation, GitHub, Written } from '../systems/github/github.ts'
import type { GitHubPermission } from '../systems/github/ask-permission.ts'
import type { Clock } from '../systems/clock/clock.ts'
import type { Output } from '../systems/runner/output.ts'
import { AnnotationBudget, annotationsOf, isPlaced, renderRest } from './annotations.ts'
import { mayHaveNoTests } from './call-of.ts'
import { CheckFallback } from './check-fallback.ts'
import { DeploymentWriter } from './deployment-writer.ts'
import { healDeadRuns } from './heal-dead-runs.ts'
import { renderEntryText } from './ledger/entry-text.ts'
import type { StageTools } from './ledger/stage-tools.ts'
import { externalIdOf, type LedgerSubject } from './ledger/subject.ts'
import type { PassWriter } from './ledger/trust.ts'
import { RunningStatus } from './running-status.ts'
import { WriteQueue } from './write-queue.ts'

/** Bytes that GitHub takes for a check's summary and text. */
const CHECK_BYTES = 65_535
/** Of those of the summary, kept for what is said of its annotations. */
const NOTE_BYTES = 500

/** What the passes of this call are written as. */
export interface LedgerWriting {
  readonly subject: LedgerSubject
  readonly writer: PassWriter
  readonly tools: StageTools
}

export interface WriterOptions {
  readonly ledger: LedgerWriting
  readonly clock: Clock
  /** For annotations where no check run can be written. */
  readonly output: Pick<Output, 'annotate'>
  /** Ends what is still being written. */
  readonly signal: AbortSignal
  readonly redact: (text: string) => string
  /**
   * When the run began, in milliseconds since 1970: stages count their times from it. Without it, stages are taken to end
   * when the writer hears of it.
   */
  readonly beganAt?: number
}

/**
 * Says on GitHub what happens, beside the pipeline and without ever holding a stage up. What cannot be written is
 * remembered and said at the end.
 */
export class GithubWriter {
  readonly #github: GitHub
  readonly #config: Config
  readonly #ledger: LedgerWriting
  readonly #redact: (text: string) => string
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #queue: WriteQueue
  readonly #running: RunningStatus
  readonly #fallback: CheckFallback
  readonly #clock: Clock
  readonly #beganAt: number | undefined
  readonly #annotations: AnnotationBudget
  readonly #deployment: DeploymentWriter
  /** The stages that have ended so far. */
  readonly #ended: StageResult[] = []
  #hasEnd = false
  #firstStatus: PromiseWithResolvers<Written> | undefined
  readonly #lacking = new Map<GitHubPermission, string>()

  constructor(github: GitHub, config: Config, options: WriterOptions) {
    const { ledger, clock, output, signal, redact } = options
    this.#github = github
    this.#config = config
    this.#ledger = ledger
    this.#redact = redact
    this.#clock = clock
    this.#beganAt = options.beganAt
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
    this.#queue = new WriteQueue(clock, this.#signal)
    this.#running = new RunningStatus(clock, this.#signal, (stage) => {
      this.setStatus('pending', `${config.service} ${config.version}: ${stage} is running.`)
    })
    this.#annotations = new AnnotationBudget(config.annotations)
    this.#deployment = new DeploymentWriter(github, config, this.#signal)
    const { headCommit: commit, run } = config.trigger
    this.#fallback = new CheckFallback(output, (status, stage) => {
      const context = checkName(config, stage)
      return github.writeStatus({ ...status, commit, context, targetUrl: run.url }, this.#signal)
    })
  }

  /** A commit status, where this event may deploy. After a terminal one nothing is pending any more. */
  setStatus(state: 'pending' | 'success' | 'failure' | 'error', description: string): void {
    if (!this.#config.mayDeploy || this.#lacking.has('statuses')) return
    if (state === 'pending' && this.#hasEnd) return
    if (state !== 'pending') {
      this.#hasEnd = true
      this.#running.stop()
    }
    const { trigger, statusContext } = this.#config
    const status = {
      commit: trigger.headCommit,
      state,
      context: statusContext,
      description,
      targetUrl: trigger.run.url,
    }
    const first = (this.#firstStatus ??= Promise.withResolvers())
    this.#queue.add('status', async () => {
      const written = await this.#github.writeStatus(status, this.#signal)
      first.resolve(written)
      return written
    })
  }

  /** Preflight has said that a permission is missing: what needs it is not tried again, and not said again. */
  lack(permission: GitHubPermission, reason: string): void {
    this.#lacking.set(permission, reason)
    if (permission === 'checks') this.#fallback.need(reason, true)
  }

  /** What became of the first status that was written; undefined when none was to be. */
  get firstStatus(): Promise<Written> | undefined {
    return this.#firstStatus?.promise
  }

  /**
   * Makes an end of what runs that died have left, when nothing of this run waits to be written.
   *
   * @param say writes to the log
   */
  heal(say: (text: string) => void): void {
    this.#queue.add('heal', async () => {
      await healDeadRuns({ github: this.#github, config: this.#config, signal: this.#signal, say })
      return { written: true }
    })
  }

  listen(event: PipelineEvent): void {
    if (event.kind === 'step-ended' && event.stage === 'deploy' && event.step.id === 'start') {
      if (event.step.result.status === 'success') this.#begin()
    }
    if (event.kind === 'stage-started') this.#onStart(event.stage)
    if (event.kind !== 'stage-ended' || event.stage.id === 'report') return
    this.#ended.push(event.stage)
    this.#running.end(event.stage.id)
    const ran = event.stage.startedAt !== undefined && event.stage.resumedFrom === undefined
    if (ran) this.#writeCheck(event.stage)
    if (event.stage.id !== 'deploy') return
    const end = concludeDeployment(this.#ended, { testsMayBeNone: mayHaveNoTests(this.#config) })
    this.#queue.add('deployment', () => this.#deployment.end(end))
  }

  #begin(): void {
    if (!this.#lacking.has('deployments')) this.#queue.add('deployment', () => this.#deployment.begin())
  }

  #onStart(stage: string): void {
    // Asked while the stage itself is busy, so that nobody waits for it at the end.
    this.#ledger.tools.of(stage).catch(() => undefined)
    if (stage === 'report') this.#running.stop()
    // Of the first stage the first status speaks already.
    else if (this.#firstStatus !== undefined && stage !== 'preflight') this.#running.start(stage)
  }

  /** Waits until everything is written, or the signal ends it; what was lost, each once. */
  async finish(signal: AbortSignal): Promise<readonly string[]> {
    const stop = (): void => {
      this.#stop.abort(signal.reason)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    this.#running.stop()
    this.#github.hurry()
    try {
      const said = new Set(this.#lacking.values())
      const lost = (await this.#queue.finish()).filter((reason) => !said.has(reason))
      return [...lost, ...this.#fallback.explain()]
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #writeCheck(unredacted: StageResult): void {
    const { trigger } = this.#config
    const { subject, writer, tools } = this.#ledger
    const times = timesOf(
      unredacted,
      this.#beganAt ?? this.#clock.now().getTime() - (unredacted.endedAt ?? 0),
    )
    this.#queue.add('check', async () => {
      const stage = redactResults(unredacted, this.#redact)
      const text = renderCheck(stage)
      const placed = annotationsOf(stage, this.#config)
      const annotations = this.#annotations.take(stage.id, placed)
      if (this.#fallback.isNeeded) return this.#standIn(stage, placed)
      const versions = await tools.of(stage.id)
      const unplaced = findingsOf([stage]).filter((each) => !isPlaced(each, this.#config)).length
      const note = renderRest(annotations.length, placed.length, unplaced)
      const written = await this.#github.writeCheck(
        {
          commit: trigger.headCommit,
          name: checkName(this.#config, stage.id),
          externalId: externalIdOf(subject, stage.id, versions),
          status: 'completed',
          conclusion: text.conclusion,
          title: text.title,
          summary: [note, limitBytes(text.summary, CHECK_BYTES - NOTE_BYTES)].filter(Boolean).join('\n\n'),
          text: limitBytes(renderEntryText(stage, writer, versions), CHECK_BYTES),
          annotations,
          detailsUrl: trigger.run.url,
          ...times,
        },
        this.#signal,
      )
      if (written.written || !written.refused) return written
      this.#fallback.need(written.reason)
      return this.#standIn(stage, placed)
    })
  }

  #standIn(stage: StageResult, annotations: readonly Annotation[]): Promise<Written> {
    this.#fallback.annotate(annotations)
    return this.#fallback.write(stage)
  }
}

/** When a stage began and ended, in ISO 8601. */
function timesOf({ startedAt, endedAt }: StageResult, beganAt: number) {
  const at = (elapsed: number): string => new Date(Math.round(beganAt + elapsed)).toISOString()
  if (startedAt === undefined || endedAt === undefined) return {}
  return { startedAt: at(startedAt), completedAt: at(endedAt) }
}

/** `Stagegate / build`, with the service where a repository may have several: they must not share a name. */
export function checkName(
  config: Pick<Config, 'statusContext' | 'service' | 'folder'>,
  stage: string,
): string {
  const isOne = config.statusContext === DEFAULT_STATUS_CONTEXT && config.folder === ''
  return isOne ? `Stagegate / ${stage}` : `Stagegate / ${stage} (${config.service})`
}
