import type { StageContext } from '../../pipeline/index.ts'
import type { LeaseHold } from '../../systems/kubernetes/cluster.ts'
import type { Systems } from '../systems.ts'

/**
 * Runs a step only while the lock is held: its signal is aborted when the lock is lost, with the reason. Everything
 * between the start of a deployment and its end goes through this, so that no step can forget it.
 */
export function holdLock(context: StageContext<Systems>, { lost }: LeaseHold): StageContext<Systems>['step'] {
  return (id, execute) =>
    context.step(id, async (step) => {
      lost.throwIfAborted()
      return execute({ ...step, signal: AbortSignal.any([step.signal, lost]) })
    })
}
