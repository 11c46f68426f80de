import type { LeaseHold } from '../../../systems/kubernetes/cluster.ts'
import type { VaultSession } from '../../../systems/vault/vault.ts'
import { settleAll } from '../../settle.ts'
import type { Systems } from '../../systems.ts'

/** Milliseconds; after a cancel the whole run has 7 s, of which this is a part. Vault may take as long again. */
const GIVE_BACK_MS = 1_500

/** A Job that writes to the database, and the leases that its database user lives by. */
export interface RunningMigration {
  readonly job: string
  readonly leases: readonly string[]
}

export interface Opened {
  readonly systems: Pick<Systems, 'clock'>
  readonly lease: LeaseHold
  readonly vault: VaultSession | undefined
  readonly migration: RunningMigration | undefined
}

/**
 * Gives back Vault and the lock, at the same time; says what could not be given back and ends by itself. While a
 * migration runs that nobody waits for any more, the lock stays until it expires, and so does what the Job's database
 * user lives by: a migration must not lose its connection half way.
 */
export async function giveBack({ systems, lease, vault, migration }: Opened): Promise<readonly string[]> {
  const deadline = systems.clock.deadline(
    GIVE_BACK_MS,
    () => new Error(`no answer within ${GIVE_BACK_MS / 1000} s`),
  )
  const warnings: string[] = []
  const freeLock = async (): Promise<void> => {
    try {
      await Promise.race([lease.release(), rejectOn(deadline.signal)])
    } catch (thrown) {
      warnings.push(`The lock was not freed and expires by itself: ${messageOf(thrown)}`)
    }
  }
  const closeVault = async (): Promise<void> => {
    try {
      const closed = await vault?.close(deadline.signal, migration?.leases)
      if (closed?.warning !== undefined) warnings.push(closed.warning)
    } catch (thrown) {
      warnings.push(`Vault was not closed: ${messageOf(thrown)}`)
    }
  }
  if (migration !== undefined) {
    lease.leave()
    warnings.push(
      `Job ${migration.job} goes on to its end in the cluster. The lock is left to expire within 60 s; the next run waits for it, then for the Job, before it changes anything.`,
    )
  }
  try {
    await settleAll([migration === undefined ? freeLock() : Promise.resolve(), closeVault()])
  } finally {
    deadline.clear()
  }
  return warnings
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
