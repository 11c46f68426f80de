import type { Config } from '../config/config.ts'
import type { PipelineEvent, StageResult } from '../pipeline/index.ts'
import { renderCheck } from '../report/check-text.ts'
import { limitBytes, limitLine } from '../report/limit-bytes.ts'
import { redactResults } from '../report/redact-results.ts'
import type { DeploymentState, GitHub, Written } from '../systems/github/github.ts'
import { annotationsOf } from './annotations.ts'
import { renderEntryText } from './ledger/entry-text.ts'
import type { StageTools } from './ledger/stage-tools.ts'
import { externalIdOf, type LedgerSubject } from './ledger/subject.ts'
import type { PassWriter } from './ledger/trust.ts'
import { WriteQueue } from './write-queue.ts'

/** Bytes that GitHub takes for a check's summary and text. */
const CHECK_BYTES = 65_535

/** What the passes of this call are written as. */
export interface LedgerWriting {
  readonly subject: LedgerSubject
  readonly writer: PassWriter
  readonly tools: StageTools
}

export interface WriterOptions {
  readonly ledger: LedgerWriting
  /** Ends what is still being written. */
  readonly signal: AbortSignal
  readonly redact: (text: string) => string
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
  readonly #queue = new WriteQueue()
  #deployment: number | undefined
  #firstStatus: PromiseWithResolvers<Written> | undefined

  constructor(github: GitHub, config: Config, { ledger, signal, redact }: WriterOptions) {
    this.#github = github
    this.#config = config
    this.#ledger = ledger
    this.#redact = redact
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
  }

  /** A commit status, where this event may deploy. */
  setStatus(state: 'pending' | 'success' | 'failure' | 'error', description: string): void {
    if (!this.#config.mayDeploy) return
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

  /** What became of the first status that was written; undefined when none was to be. */
  get firstStatus(): Promise<Written> | undefined {
    return this.#firstStatus?.promise
  }

  listen(event: PipelineEvent): void {
    if (event.kind === 'step-ended' && event.stage === 'deploy' && event.step.id === 'start') {
      if (event.step.result.status === 'success') this.#startDeployment()
    }
    // Asked while the stage itself is busy, so that nobody waits for it at the end.
    if (event.kind === 'stage-started') this.#ledger.tools.of(event.stage).catch(() => undefined)
    if (event.kind !== 'stage-ended' || event.stage.id === 'report') return
    const ran = event.stage.startedAt !== undefined && event.stage.resumedFrom === undefined
    if (ran) this.#writeCheck(event.stage)
    if (event.stage.id === 'deploy') this.#endDeployment(event.stage)
  }

  /** Waits until everything is written, or the signal ends it; what was lost, each once. */
  async finish(signal: AbortSignal): Promise<readonly string[]> {
    const stop = (): void => {
      this.#stop.abort(signal.reason)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    try {
      return await this.#queue.finish()
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #writeCheck(unredacted: StageResult): void {
    const { trigger } = this.#config
    const { subject, writer, tools } = this.#ledger
    this.#queue.add('check', async () => {
      const stage = redactResults(unredacted, this.#redact)
      const text = renderCheck(stage)
      const versions = await tools.of(stage.id)
      return this.#github.writeCheck(
        {
          commit: trigger.headCommit,
          name: checkName(this.#config, stage.id),
          externalId: externalIdOf(subject, stage.id, versions),
          status: 'completed',
          conclusion: text.conclusion,
          title: text.title,
          summary: limitBytes(text.summary, CHECK_BYTES),
          text: renderEntryText(stage, writer, versions),
          annotations: annotationsOf(stage),
          detailsUrl: trigger.run.url,
        },
        this.#signal,
      )
    })
  }

  #startDeployment(): void {
    const { trigger, deploy, service, version } = this.#config
    if (!deploy.configured) return
    this.#queue.add('deployment', async () => {
      const started = await this.#github.startDeployment(
        {
          commit: trigger.headCommit,
          environment: deploy.environment,
          description: limitLine(`${service} ${version}`, 140),
          key: deploymentKeyOf(this.#config),
        },
        this.#signal,
      )
      if (!started.written) return started
      this.#deployment = started.id
      return this.#writeDeploymentState('in_progress', 'The deployment has started.')
    })
  }

  #endDeployment(stage: StageResult): void {
    this.#queue.add('deployment', async () => {
      if (this.#deployment === undefined) return { written: true }
      const { result } = stage
      if (result.status === 'success') return this.#writeDeploymentState('success', 'Deployed and verified.')
      const text = result.status === 'failure' ? result.error.message : 'The run was cancelled.'
      return this.#writeDeploymentState(result.status === 'failure' ? 'failure' : 'error', text)
    })
  }

  async #writeDeploymentState(state: DeploymentState, description: string): Promise<Written> {
    const { trigger, deploy } = this.#config
    if (this.#deployment === undefined || !deploy.configured) return { written: true }
    return this.#github.setDeploymentState(
      this.#deployment,
      { state, description, logUrl: trigger.run.url, environmentUrl: deploy.environmentUrl },
      this.#signal,
    )
  }
}

/** `Stagegate / build`, with the service where a repository has several. */
function checkName(config: Config, stage: string): string {
  const several = config.statusContext.endsWith(')')
  return several ? `Stagegate / ${stage} (${config.service})` : `Stagegate / ${stage}`
}

/** Names this run and attempt in the payload of its deployment, so that `post` finds it again. */
export function deploymentKeyOf({ service, trigger }: Config): string {
  return `${service}/${trigger.run.id}/${trigger.run.attempt}`
}
