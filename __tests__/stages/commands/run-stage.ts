import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { CommandSettings, Config, Configured, TestSettings } from '../../../src/config/config.ts'
import { type StagegateError, toStagegateError } from '../../../src/errors/index.ts'
import type { Stage, StageContext, StepResult } from '../../../src/pipeline/index.ts'
import { StepRunner } from '../../../src/pipeline/steps.ts'
import type { Outputs } from '../../../src/stages/outputs.ts'
import type { Systems } from '../../../src/stages/systems.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createFiles } from '../../../src/systems/runner/node-files.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { git } from '../../systems/git/repositories.ts'

export interface StageRun {
  readonly output: unknown
  readonly error: StagegateError | undefined
  readonly steps: readonly StepResult[]
  /** What each step logged, its children's output with it. */
  readonly log: ReadonlyMap<string, string>
  /** Of the stage, outside of its steps. */
  readonly warnings: readonly string[]
}

/** A workspace and the real systems for it; `dispose` removes what is left. */
export class Workshop {
  readonly workspace: string
  readonly temporary: string
  readonly systems: Systems
  readonly #folder: string

  private constructor(folder: string, env: Readonly<Record<string, string | undefined>>) {
    this.#folder = folder
    this.workspace = join(folder, 'workspace')
    this.temporary = join(folder, 'temporary')
    const clock = systemClock
    const processes = createProcesses({ clock, env, holdsSecret: () => false, runMark: folder })
    // build, test and scan ask for nothing else
    this.systems = {
      clock,
      processes,
      git: createGit({
        processes,
        clock,
        serverUrl: 'https://git.invalid',
        token: undefined,
        configsToken: undefined,
      }),
      files: createFiles({ temporary: this.temporary }),
      http: createHttp({ clock, userAgent: 'stagegate-test', env: {} }),
    } as unknown as Systems
  }

  /** @param files content by path, relative to the workspace; those in `bin/` can be run, and come first on the PATH */
  static async open(
    files: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ): Promise<Workshop> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'stagegate-stage-')))
    const path = `${join(folder, 'workspace', 'bin')}:${env.PATH ?? ''}`
    const workshop = new Workshop(folder, { ...env, PATH: path })
    await mkdir(workshop.temporary, { mode: 0o700 })
    await mkdir(workshop.workspace)
    await workshop.write(files)
    return workshop
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.workspace, path)), { recursive: true })
      await writeFile(join(this.workspace, path), content, { mode: path.startsWith('bin/') ? 0o755 : 0o644 })
    }
  }

  /** Commits everything in the workspace, what is ignored too unless it is named here. */
  commit(...except: readonly string[]): void {
    const excluded = except.map((path) => `:(exclude)${path}`)
    git(this.workspace, 'init', '--quiet')
    git(this.workspace, 'add', '--force', '--', '.', ...excluded)
    git(this.workspace, 'commit', '--quiet', '--allow-empty', '-m', 'a commit')
  }

  command(run: string | readonly string[], more: Partial<TestSettings> = {}): Configured<TestSettings> {
    return {
      configured: true,
      source: '.github/stagegate.yml:1',
      critical: true,
      timeoutMs: 60_000,
      run: typeof run === 'string' ? [run] : run,
      shell: 'bash',
      workingDirectory: this.workspace,
      env: {},
      reports: [],
      allowNoTests: false,
      ...more,
    }
  }

  /** Runs one stage with the engine's own step runner. */
  async run<Id extends keyof Outputs>(
    stage:
      | Stage<Outputs, Id, never, Config, Systems>
      | Stage<Outputs, Id, 'checkout', Config, Systems>
      | Stage<Outputs, Id, 'preflight', Config, Systems>,
    config: Partial<Config>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<StageRun> {
    const full = { workspace: this.workspace, temporary: this.temporary, ...config } as Config
    const decision = stage.plan(full)
    if (!decision.run) throw new Error(`the stage does not run: ${decision.reason}`)
    const log = new Map<string, string>()
    const warnings: string[] = []
    const runner = new StepRunner(stage.id, decision.steps, signal, {
      concurrency: 4,
      listen: () => undefined,
      surroundings: {
        elapsed: () => performance.now(),
        deadline: (milliseconds, reason) => systemClock.deadline(milliseconds, reason),
        warn: () => undefined,
        openLog: (_stage, step) => {
          const add = (text: string): void => void log.set(step, `${log.get(step) ?? ''}${text}`)
          return {
            info: (text) => {
              add(`${text}\n`)
            },
            warn: (text) => {
              add(`warning: ${text}\n`)
            },
            child: (chunk) => {
              add(Buffer.from(chunk).toString())
            },
            close: () => undefined,
          }
        },
      },
    })
    const context: StageContext<Systems> = {
      systems: this.systems,
      signal,
      results: () => [],
      step: (id, execute) => runner.run(id, execute),
      warn: (text) => void warnings.push(text),
    }
    const ended = await decision.execute({} as never, context).then(
      (output: unknown) => ({ output, error: undefined }),
      (thrown: unknown) => ({ output: undefined, error: toStagegateError(thrown) }),
    )
    await runner.settle()
    return { ...ended, steps: runner.results('did not run', true), log, warnings }
  }

  async dispose(): Promise<void> {
    this.systems.http.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

export const off = (reason: string): Configured<CommandSettings> & { readonly configured: false } => ({
  configured: false,
  reason,
})

export function statusOf(run: StageRun, step: string): string | undefined {
  return run.steps.find(({ id }) => id === step)?.result.status
}

export function keptBy(run: StageRun, step: string, name: string): unknown {
  return run.steps.find(({ id }) => id === step)?.kept[name]
}

export function factOf(run: StageRun, step: string, name: string): string | undefined {
  return run.steps.find(({ id }) => id === step)?.facts.find((fact) => fact.name === name)?.value
}
