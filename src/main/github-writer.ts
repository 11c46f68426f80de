import type { Config } from '../config/config.ts'
import type { PipelineEvent, StageResult } from '../pipeline/index.ts'
import { renderCheck } from '../report/check-text.ts'
import { limitBytes, limitLine } from '../report/limit-bytes.ts'
import type { DeploymentState, GitHub, Written } from '../systems/github/github.ts'
import { annotationsOf } from './annotations.ts'
import { externalIdOf, renderLedgerText } from './ledger.ts'

/** Bytes that GitHub takes for a check's summary and text. */
const CHECK_BYTES = 65_535

/**
 * Writes to GitHub beside the pipeline, one after another as GitHub asks, without ever holding a stage up. What cannot
 * be written is remembered and said at the end.
 */
export class GithubWriter {
  readonly #github: GitHub
  readonly #config: Config
  readonly #signal: AbortSignal
  readonly #lost: string[] = []
  #queue: Promise<void> = Promise.resolve()
  #deployment: number | undefined
  #checksOff = false

  constructor(github: GitHub, config: Config, options: { readonly signal: AbortSignal }) {
    this.#github = github
    this.#config = config
    this.#signal = options.signal
  }

  /** A commit status, where this event may deploy. */
  setStatus(state: 'pending' | 'success' | 'failure' | 'error', description: string): void {
    if (!this.#config.mayDeploy) return
    const { trigger, statusContext } = this.#config
    this.#enqueue(() =>
      this.#github.writeStatus(
        {
          commit: trigger.headCommit,
          state,
          context: statusContext,
          description,
          targetUrl: trigger.run.url,
        },
        this.#signal,
      ),
    )
  }

  listen(event: PipelineEvent): void {
    if (event.kind === 'step-ended' && event.stage === 'deploy' && event.step.id === 'start') {
      if (event.step.result.status === 'success') this.#startDeployment()
    }
    if (event.kind !== 'stage-ended' || event.stage.id === 'report') return
    const ran = event.stage.startedAt !== undefined && event.stage.resumedFrom === undefined
    if (ran) this.#writeCheck(event.stage)
    if (event.stage.id === 'deploy') this.#endDeployment(event.stage)
  }

  /** Waits until everything is written or given up; what was lost, each once. */
  async finish(): Promise<readonly string[]> {
    await this.#queue
    return [...new Set(this.#lost)]
  }

  #writeCheck(stage: StageResult): void {
    const { trigger } = this.#config
    const text = renderCheck(stage)
    this.#enqueue(async () => {
      if (this.#checksOff) return { written: true }
      const written = await this.#github.writeCheck(
        {
          commit: trigger.headCommit,
          name: checkName(this.#config, stage.id),
          externalId: externalIdOf(this.#config, stage.id),
          status: 'completed',
          conclusion: text.conclusion,
          title: text.title,
          summary: limitBytes(text.summary, CHECK_BYTES),
          ...(stage.result.status === 'success' ? { text: renderLedgerText(stage) } : {}),
          annotations: annotationsOf(stage),
          detailsUrl: trigger.run.url,
        },
        this.#signal,
      )
      // Where checks cannot be written at all (a fork, a classic token), saying it once is enough.
      this.#checksOff = !written.written
      return written
    })
  }

  #startDeployment(): void {
    const { trigger, deploy, service, version } = this.#config
    if (!deploy.configured) return
    this.#enqueue(async () => {
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
    this.#enqueue(async () => {
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

  #enqueue(write: () => Promise<Written>): void {
    this.#queue = this.#queue.then(async () => {
      const written = await write()
      if (!written.written) this.#lost.push(written.reason)
    })
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
