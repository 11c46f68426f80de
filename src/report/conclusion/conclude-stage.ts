import type { StageResult } from '../../pipeline/index.ts'
import type { Call } from './call.ts'
import { findLacks } from './find-lacks.ts'

export type CheckConclusion = 'success' | 'failure' | 'cancelled' | 'skipped'

/** The conclusion of the check run of one stage. GitHub takes `skipped` for a pass, so what was kept from running has failed. Pure. */
export function concludeCheck({ result }: StageResult): CheckConclusion {
  return result.status === 'skipped' && result.blocked ? 'failure' : result.status
}

/** The end of the deployment on GitHub. */
export interface DeploymentEnd {
  readonly state: 'success' | 'failure' | 'error'
  readonly description: string
}

/**
 * The end of a deployment that has begun, by the results up to that of `deploy`. Pure.
 *
 * @param stages in the order of the sequence
 */
export function concludeDeployment(
  stages: readonly StageResult[],
  call: Pick<Call, 'testsMayBeNone'>,
): DeploymentEnd {
  const result = stages.find(({ id }) => id === 'deploy')?.result
  switch (result?.status) {
    case 'success': {
      const lacks = findLacks(stages, call)
      return {
        state: 'success',
        description:
          lacks.length === 0 ? 'Deployed and verified.' : `Deployed; not verified: ${lacks.join(', ')}.`,
      }
    }
    case 'failure':
      return { state: 'failure', description: result.error.message }
    case 'cancelled':
    case 'skipped':
    case undefined:
      return { state: 'error', description: 'The run was cancelled.' }
  }
}
