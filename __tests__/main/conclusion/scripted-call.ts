import type { Config } from '../../../src/config/config.ts'
import { StagegateError } from '../../../src/errors/index.ts'
import { createReporter } from '../../../src/main/reporter.ts'
import { setOutputs } from '../../../src/main/set-outputs.ts'
import { type AnyStage, type PlannedStage, runPipeline, type Stages } from '../../../src/pipeline/index.ts'
import type { Call } from '../../../src/report/conclusion/call.ts'
import { conclude } from '../../../src/report/conclusion/conclude.ts'
import { report } from '../../../src/stages/report/report.ts'
import type { Reporter } from '../../../src/stages/report/reporter.ts'
import { deployed, pushed } from '../../report/report-of.ts'
import { silentSurroundings } from '../../pipeline/scripted-stages.ts'

/** The stages between the first ones and the report, in the order of the sequence. */
export const middle = ['build', 'test', 'scan', 'image', 'deploy'] as const
export type Middle = (typeof middle)[number]

/** How a stage ends when it runs; `none`: it does not apply. */
export type Behaviour = 'succeeds' | 'fails' | 'throws' | 'is cancelled' | 'none'
export type Script = Readonly<Record<Middle, Behaviour>>

type Everything = Record<string, object>
interface Systems {
  readonly reporter: Reporter
}
export type ScriptedStages = Stages<Everything, Config, Systems>
export type Plan = readonly PlannedStage<Systems>[]

/** Stages of the real engine that do as a script says, before the real report. */
export function scriptedStages(script: Script, ran: string[], cancel: () => void): ScriptedStages {
  const early = (id: string) => scripted(id, 'succeeds', 'every-call', ran, cancel)
  return {
    preflight: early('preflight'),
    checkout: early('checkout'),
    ...Object.fromEntries(middle.map((id) => [id, scripted(id, script[id], 'asked', ran, cancel)])),
    report: report,
  }
}

function scripted(
  id: string,
  behaviour: Behaviour,
  attendance: 'asked' | 'every-call',
  ran: string[],
  cancel: () => void,
): AnyStage<Everything, string, Config, Systems> {
  return {
    id,
    needs: [],
    attendance,
    ledger: id !== 'deploy',
    plan() {
      if (behaviour === 'none') return { run: false, reason: 'nothing to do' }
      return {
        run: true,
        summary: id,
        steps: [{ id: 'run', run: true, summary: id, timeoutMs: 1000 }],
        async execute(_, context) {
          ran.push(id)
          await context.step('run', async (step) => {
            await Promise.resolve()
            if (behaviour === 'fails') throw new StagegateError('E_COMMAND_FAILED', { message: 'It failed.' })
            if (behaviour === 'is cancelled') cancel()
            step.signal.throwIfAborted()
          })
          if (behaviour === 'throws') throw new Error('a bug')
          return outputOf(id)
        },
      }
    },
  }
}

/** What a stage leaves when it passes. */
export function outputOf(id: string): object {
  const result = id === 'image' ? pushed : id === 'deploy' ? deployed : undefined
  return result?.status === 'success' ? (result.output as object) : {}
}

/** All that a call says of its end. */
export interface Told {
  readonly exitCode: 0 | 1
  readonly outputs: Readonly<Record<string, string>>
  /** Its first line. */
  readonly summary: string
  /** `result` of the JSON report. */
  readonly reported: string
  /** The state of the commit status that it wrote at its end. */
  readonly status: string | undefined
}

/** Runs a plan with the engine, the real report and the real writers of outputs, summary and JSON report. */
export async function runCall(
  config: Config,
  {
    stages,
    plan,
    about,
    cancelled,
  }: {
    readonly stages: ScriptedStages
    readonly plan: Plan
    readonly about: Call
    readonly cancelled: AbortController
  },
): Promise<Told> {
  const outputs: Record<string, string> = {}
  const written = { summary: '', report: '' }
  const statuses: string[] = []
  const runnerFiles = {
    setOutput: (name: string, value: string) => Promise.resolve(void (outputs[name] = value)),
    writeSummary: (text: string) => Promise.resolve(void (written.summary = text)),
  }
  const reporter = createReporter({
    config,
    files: { write: (_: string, text: string) => Promise.resolve(void (written.report = text)) } as never,
    runnerFiles: runnerFiles as never,
    writer: {
      setStatus: (state: string) => statuses.push(state),
      finish: () => Promise.resolve([]),
    } as never,
    redact: (text) => text,
    elapsed: () => 0,
    overhead: () => ({ wallMs: 0, ownMs: 0, pausedMs: 0, gaps: [] }),
    warnings: () => [],
    say: () => undefined,
    conclude: (results) => conclude(results, about),
  })
  const result = await runPipeline({
    ...{ stages, plan, systems: { reporter }, surroundings: silentSurroundings() },
    signal: cancelled.signal,
    lastSignal: new AbortController().signal,
    concurrency: 2,
    listen: () => undefined,
  })
  const conclusion = conclude(result.stages, about)
  const console = { runnerFiles: runnerFiles as never, holdsSecret: () => false, warn: () => undefined }
  await setOutputs(console, config, result, conclusion)
  return {
    exitCode: conclusion.exitCode,
    outputs,
    summary: written.summary.split('\n', 1)[0]!,
    reported: (JSON.parse(written.report) as { result: string }).result,
    status: statuses.at(-1),
  }
}

export function cancelOf(controller: AbortController): () => void {
  return () => {
    controller.abort(new StagegateError('E_CANCELLED', { message: 'The run was cancelled.' }))
  }
}
