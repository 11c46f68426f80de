import type { SavedState } from './state.ts'

/** Until a lock that nobody renews may be taken over, in seconds; see the Lease's own duration. */
const LOCK_SECONDS = 60

/**
 * What a run that was killed leaves behind, and how each of it ends by itself. Pure.
 *
 * @param reached the last step of the deployment that was started, such as `deploy.rollout`; undefined before it
 */
export function explainLeft(
  { lock, runUrl }: Pick<SavedState, 'lock' | 'runUrl'>,
  reached: string | undefined,
): readonly string[] {
  if (reached === undefined) return ['Nothing of it was deployed, and it held neither a lock nor a secret.']
  const lines = [
    `It was ended in ${reached}. Nothing is rolled back: the next run completes or replaces what is there.`,
    `The lock ${lock ?? 'of the service'} ends by itself ${LOCK_SECONDS} s after its last renewal; the next run (not ${runUrl}) waits for that.`,
    'Its Vault token was never saved and cannot be revoked from here: token and leases end by the token_ttl of its role.',
  ]
  if (reached === 'deploy.migration')
    lines.push(
      'A migration Job that had started goes on to its end in the cluster; the next run waits for it before it changes anything.',
    )
  return lines
}
