import { StagegateError } from '../../src/errors/index.ts'
import type { AnyStage, Decision, Stages, Surroundings } from '../../src/pipeline/index.ts'

export const stageIds = ['preflight', 'checkout', 'build', 'test', 'scan', 'image', 'deploy', 'report']

export type Script = Record<
  string,
  {
    readonly behaviour:
      'succeed' | 'fail' | 'throw' | 'advisory-failure' | 'not-applicable' | 'abort' | 'fail-after-abort'
  }
>

type Outputs = Record<string, { readonly made: string }>

/** Real stages of the engine whose steps do as a script says. */
export function buildStages(
  script: Script,
  controller: AbortController,
): { stages: Stages<Outputs, object, object>; ran: string[] } {
  const ran: string[] = []
  const stages = Object.fromEntries(
    stageIds.map((id) => [id, stageOf(id, script[id]?.behaviour ?? 'succeed', controller, ran)]),
  )
  return { stages, ran }
}

function stageOf(
  id: string,
  behaviour: Script[string]['behaviour'],
  controller: AbortController,
  ran: string[],
): AnyStage<Outputs, string, object, object> {
  const index = stageIds.indexOf(id)
  return {
    id,
    needs: index > 0 && id !== 'report' ? [stageIds[index - 1]!] : [],
    attendance: id === 'report' ? 'always' : index < 2 ? 'every-call' : 'asked',
    ledger: id !== 'deploy',
    plan(): Decision<never, { made: string }, object> {
      if (behaviour === 'not-applicable') return { run: false, reason: 'nothing to do' }
      return {
        run: true,
        summary: id,
        steps: [
          {
            id: 'first',
            run: true,
            summary: 'first',
            timeoutMs: 1000,
            critical: behaviour !== 'advisory-failure',
          },
          { id: 'second', run: true, summary: 'second', timeoutMs: 1000 },
        ],
        async execute(_needs, context) {
          ran.push(id)
          await context.step('first', async (step) => {
            await Promise.resolve()
            if (behaviour === 'fail' || behaviour === 'advisory-failure') throw failed()
            if (behaviour === 'abort' || behaviour === 'fail-after-abort') {
              controller.abort(new StagegateError('E_CANCELLED', { message: 'The run was cancelled.' }))
            }
            if (behaviour === 'fail-after-abort') throw failed()
            step.signal.throwIfAborted()
          })
          if (behaviour === 'throw') throw new Error('a bug')
          await context.step('second', async () => Promise.resolve())
          return { made: id }
        },
      }
    },
  }
}

const failed = () =>
  new StagegateError('E_COMMAND_FAILED', { message: 'The command ended with exit code 1.' })

/** Time that stands still, and logs that nobody reads. */
export function silentSurroundings(): Surroundings {
  let ticks = 0
  return {
    elapsed: () => ticks++,
    warn: () => undefined,
    deadline: () => ({ signal: new AbortController().signal, clear: () => undefined }),
    openLog: () => ({
      info: () => undefined,
      warn: () => undefined,
      child: () => undefined,
      close: () => undefined,
    }),
  }
}
