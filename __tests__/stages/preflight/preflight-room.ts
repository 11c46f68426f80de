import type { Config } from '../../../src/config/config.ts'
import type { Inputs } from '../../../src/inputs/index.ts'
import { askGithub } from '../../../src/main/ask-github.ts'
import { GithubPatience } from '../../../src/main/github-patience.ts'
import { composeSystems } from '../../../src/main/compose-systems.ts'
import type { ReportedAccess } from '../../../src/report/kept.ts'
import { preflight } from '../../../src/stages/preflight/preflight.ts'
import type { Systems } from '../../../src/stages/systems.ts'
import { type Clock, systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import type { GitHub } from '../../../src/systems/github/github.ts'
import { createFakeClock } from '../../systems/fake-clock.ts'
import { createGithubClient, pipelinePermissions } from '../../systems/github/subject.ts'
import { type GithubServer, startGithubServer } from '../../systems/github/server.ts'
import type { TokenOptions } from '../../systems/github/state.ts'
import { keptBy, type StageRun, Workshop } from '../commands/run-stage.ts'

export const notConfigured = { configured: false, reason: 'not configured' } as const

/** What a job of the pipeline grants that reads other runs too. */
export const jobPermissions = { ...pipelinePermissions, actions: 'read' } as const

/** Waits between attempts pass at once, and no answer is waited for longer than this. */
function clockWith(patienceMs = Infinity): Clock {
  return {
    ...systemClock,
    sleep: () => Promise.resolve(),
    deadline: (milliseconds, reason) => systemClock.deadline(Math.min(milliseconds, patienceMs), reason),
  }
}

export interface PreflightOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly inputs?: Partial<Inputs>
  /** What the run's own first status has told; without it the writer wrote none. */
  readonly firstStatus?: Awaited<ReturnType<GitHub['writeStatus']>>
  readonly signal?: AbortSignal
  /** For a GitHub that never answers, in milliseconds. */
  readonly patienceMs?: number
}

/** Preflight with the run's real systems: a GitHub API server of its own, and whatever the inputs name. */
export class PreflightRoom {
  readonly server: GithubServer
  /** The permissions that the writer was told to do without. */
  readonly lacking: string[] = []
  readonly #workshop: Workshop

  private constructor(server: GithubServer, workshop: Workshop) {
    this.server = server
    this.#workshop = workshop
  }

  static async open(env: Readonly<Record<string, string | undefined>> = process.env): Promise<PreflightRoom> {
    const server = await startGithubServer()
    server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
    server.seed('acme/ai-gen-service', 'runs', { id: 77 })
    return new PreflightRoom(server, await Workshop.open({}, env))
  }

  /** @param token what it may do; undefined: there is no token */
  async run(
    config: Config,
    token: Partial<TokenOptions> | undefined,
    options: PreflightOptions = {},
  ): Promise<StageRun & { readonly access: ReportedAccess | undefined }> {
    const { systems } = this.#workshop
    const { env = {}, inputs = {}, firstStatus } = options
    const { processes } = systems
    const clock = clockWith(options.patienceMs)
    const minted =
      token === undefined
        ? undefined
        : this.server.mintToken({
            repository: 'acme/ai-gen-service',
            permissions: jobPermissions,
            ...token,
          })
    const github =
      minted === undefined ? undefined : createGithubClient(this.server, minted.value, createFakeClock())
    const writer = {
      firstStatus: firstStatus === undefined ? undefined : Promise.resolve(firstStatus),
      lack: (permission: string) => void this.lacking.push(permission),
    }
    const git = createGit({
      processes,
      clock,
      serverUrl: 'http://127.0.0.1:9',
      token: undefined,
      configsToken: undefined,
    })
    const all: Systems = {
      ...composeSystems({
        ...systems,
        inputs: inputs as Inputs,
        env,
        secrets: { add: () => undefined },
        git,
        imageRepository: config.image.configured ? config.image.repository : undefined,
      }),
      github: askGithub(github, writer, config, new GithubPatience(clock)),
      handedOverImage: () => Promise.reject(new Error('no job hands an image over')),
    }
    Object.assign(systems, all)
    const run = await this.#workshop.run(preflight, config, options.signal)
    return { ...run, access: keptBy(run, 'table', 'access') as ReportedAccess | undefined }
  }

  /** Method and status of what was asked of GitHub since the last call. */
  asked(): readonly string[] {
    const { requests } = this.server.state
    return requests.splice(0).map(({ operationId, status }) => `${operationId ?? ''} ${status ?? ''}`)
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.#workshop.dispose()
  }
}

/** Rows as `needs: has`. */
export function hasOf({ access }: { readonly access: ReportedAccess | undefined }): readonly string[] {
  return access?.rows.map(({ needs, has }) => `${needs}: ${has}`) ?? []
}
