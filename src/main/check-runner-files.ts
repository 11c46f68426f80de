import { type StagegateError, toStagegateError } from '../errors/index.ts'
import { throwForeignBytes } from '../stages/refuse-foreign-bytes.ts'
import type { Console } from './console.ts'
import type { EarlyEnd } from './early-status.ts'
import { failBeforePlan } from './fail-before-plan.ts'

/** How the run ended, as far as it has been told. */
export interface ToldEnd extends Omit<EarlyEnd, 'error' | 'where'> {
  readonly success: boolean
  /** The first bug of ours; one that came after the result was told takes the success back. */
  readonly crashed: StagegateError | undefined
}

/**
 * Nothing of the commit runs any more: what it has written to the runner's files since its stage ended is removed, and the
 * run is no success. A success that was told already is taken back.
 *
 * @returns whether a success stands
 */
export async function checkRunnerFiles(
  { success, crashed, ...end }: ToldEnd,
  console: Console,
): Promise<boolean> {
  try {
    throwForeignBytes(await console.runnerFiles.restore())
    if (crashed !== undefined) throw crashed
    return true
  } catch (thrown) {
    const error = toStagegateError(thrown)
    if (success) await failBeforePlan({ ...end, error, where: 'end' }, console)
    else if (error !== crashed) console.warn(`${error.message} ${error.evidence.join('; ')}`)
    return false
  }
}
