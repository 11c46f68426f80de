import { StagegateError } from '../errors/index.ts'
import type { Config } from '../config/config.ts'
import type { Stage } from '../pipeline/index.ts'
import type { Outputs } from './outputs.ts'
import type { Systems } from './systems.ts'

/**
 * A stage that has failed when, at its end, something is in the runner's files that Stagegate did not write: the commit's
 * code has written variables, paths or outputs for the steps after this one. They are removed in any case.
 */
export function refuseForeignBytes<Id extends keyof Outputs, Need extends keyof Outputs>(
  stage: Stage<Outputs, Id, Need, Config, Systems>,
): Stage<Outputs, Id, Need, Config, Systems> {
  return {
    ...stage,
    plan(config) {
      const decision = stage.plan(config)
      if (!decision.run) return decision
      return {
        ...decision,
        async execute(needs, context) {
          const output = await decision.execute(needs, context).catch(async (thrown: unknown) => {
            for (const line of await context.systems.runnerFiles.restore())
              context.warn(`somebody else wrote to the runner's files: ${line}`)
            throw thrown
          })
          throwForeignBytes(await context.systems.runnerFiles.restore())
          return output
        },
      }
    },
  }
}

/** @throws StagegateError E_INTEGRITY_RUNNER_FILES unless there is nothing */
export function throwForeignBytes(foreign: readonly string[]): void {
  if (foreign.length === 0) return
  throw new StagegateError('E_INTEGRITY_RUNNER_FILES', {
    message: `Something that Stagegate did not write was in ${foreign.length === 1 ? 'a file' : `${foreign.length} files`} of the runner.`,
    evidence: foreign,
    state: 'It was removed: no later step of the job gets it.',
  })
}
