import type { Config } from '../config/config.ts'
import type { DeploymentEnd } from '../report/conclusion/conclude-stage.ts'
import { limitLine } from '../report/limit-bytes.ts'
import type { DeploymentState, GitHub, Written } from '../systems/github/github.ts'

/** The deployment of this run on GitHub: one, whatever is tried again, and never without its end. */
export class DeploymentWriter {
  readonly #github: GitHub
  readonly #config: Config
  readonly #signal: AbortSignal
  #id: number | undefined
  #isWanted = false
  #isEnded = false

  constructor(github: GitHub, config: Config, signal: AbortSignal) {
    this.#github = github
    this.#config = config
    this.#signal = signal
  }

  async begin(): Promise<Written> {
    this.#isWanted = true
    const created = await this.#create()
    if (!created.written || this.#isEnded) return created
    return this.#write('in_progress', 'The deployment has started.')
  }

  /** Nothing where none has begun; creates it where GitHub was away when it began. */
  async end({ state, description }: DeploymentEnd): Promise<Written> {
    if (!this.#isWanted) return { written: true }
    const created = await this.#create()
    if (!created.written) return created
    this.#isEnded = true
    return this.#write(state, description)
  }

  async #create(): Promise<Written> {
    const { trigger, deploy, environment, service, version } = this.#config
    if (this.#id !== undefined || !deploy.configured) return { written: true }
    const started = await this.#github.startDeployment(
      {
        commit: trigger.headCommit,
        environment,
        description: limitLine(`${service} ${version}`, 140),
        key: deploymentKeyOf(this.#config),
      },
      this.#signal,
    )
    if (started.written) this.#id = started.id
    return started
  }

  async #write(state: DeploymentState, description: string): Promise<Written> {
    const { trigger, deploy } = this.#config
    if (this.#id === undefined || !deploy.configured) return { written: true }
    return this.#github.setDeploymentState(
      this.#id,
      { state, description, logUrl: trigger.run.url, environmentUrl: deploy.environmentUrl },
      this.#signal,
    )
  }
}

/** Names this run and attempt in the payload of its deployment, so that `post` finds it again. */
export function deploymentKeyOf({ service, trigger }: Config): string {
  return `${service}/${trigger.run.id}/${trigger.run.attempt}`
}
