import { toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Clock } from '../../../systems/clock/clock.ts'
import type { LeaseHold } from '../../../systems/kubernetes/cluster.ts'
import { mayBeRegained } from '../../../systems/kubernetes/lease/lost-lock.ts'

/** A server that is not back by then is not waited for: a rollback needs the rest of its time itself. Milliseconds. */
const REGAIN_MS = 60_000

/** A hold of the lock for the rollback, or why there is none: a sentence. */
export type Regained =
  { readonly held: true; readonly lease: LeaseHold } | { readonly held: false; readonly why: string }

/**
 * The lock of a deployment that has failed: as it is held, or taken again when it was lost and nobody else has had it
 * since. Waits for the API server when that is what it was lost by.
 *
 * @param patience how long the server is waited for, in milliseconds
 */
export async function regainLock(
  lease: LeaseHold,
  clock: Clock,
  { signal, log }: Pick<StepContext, 'signal' | 'log'>,
  patience = REGAIN_MS,
): Promise<Regained> {
  if (!lease.lost.aborted) return { held: true, lease }
  const lost = toStagegateError(lease.lost.reason)
  if (!mayBeRegained(lost)) return { held: false, why: lost.message }
  log.info(`${lost.message} Taking the lock again, to roll back.`)
  const deadline = clock.deadline(
    patience,
    () => new Error(`the Kubernetes API did not answer for another ${Math.round(patience / 1000)} s`),
  )
  try {
    const regained = await lease.regain(AbortSignal.any([signal, deadline.signal]))
    log.info('The lock is held again; nobody else has had it.')
    return { held: true, lease: regained }
  } catch (thrown) {
    signal.throwIfAborted()
    const why = deadline.signal.aborted ? (deadline.signal.reason as Error).message : messageOf(thrown)
    return { held: false, why: `${lost.message} It could not be taken again: ${why}` }
  } finally {
    deadline.clear()
  }
}

function messageOf(thrown: unknown): string {
  return toStagegateError(thrown).message
}
