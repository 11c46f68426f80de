import { toStagegateError } from '../errors/index.ts'
import { throwForeignBytes } from '../stages/refuse-foreign-bytes.ts'
import type { Console } from './console.ts'
import type { EarlyEnd } from './early-status.ts'
import { failBeforePlan } from './fail-before-plan.ts'

/**
 * Nothing of the commit runs any more: what it has written to the runner's files since its stage ended is removed, and a
 * success that it would have stood behind is none.
 *
 * @returns whether nobody else has written there
 */
export async function checkRunnerFiles(
  { success, ...end }: Omit<EarlyEnd, 'error' | 'where'> & { readonly success: boolean },
  console: Console,
): Promise<boolean> {
  try {
    throwForeignBytes(await console.runnerFiles.restore())
    return true
  } catch (thrown) {
    const error = toStagegateError(thrown)
    if (success) await failBeforePlan({ ...end, error, where: 'end' }, console)
    else console.warn(`${error.message} ${error.evidence.join('; ')}`)
    return false
  }
}
