import { type StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { isWorkload } from '../manifests/pin-images.ts'
import type { Deployment } from '../deployment.ts'
import { type LastGood, readLastGood } from '../finalize/record.ts'

/**
 * Puts the last good set back after a failure, and says what is running now. Never throws: the failure that led here
 * is what the run ends with, and what the rollback did is added to it.
 */
export async function rollBack(
  deployment: Deployment,
  failure: StagegateError,
  { log, signal, fact }: StepContext,
): Promise<StagegateError> {
  if (deployment.settings.rollback === 'never') {
    return failure.with({ state: join(failure.state, 'Nothing was rolled back: rollback is set to never.') })
  }
  if (deployment.lease.lost.aborted) {
    return failure.with({
      state: join(failure.state, 'Nothing was rolled back: another run holds the lock now.'),
    })
  }
  try {
    const good = await readLastGood(deployment, signal)
    if (good === undefined) {
      return failure.with({
        state: join(
          failure.state,
          'There is no earlier good set to go back to; the new objects are in the cluster.',
        ),
      })
    }
    log.info(`Rolling back to commit ${good.commit.slice(0, 12)}, deployed ${good.finishedAt}.`)
    await restore(deployment, good, signal, log)
    fact('running', good.commit.slice(0, 12))
    return failure.with({
      state: join(
        failure.state,
        `Rolled back: commit ${good.commit.slice(0, 12)} (${good.digest.slice(0, 19)}) is running and available again.`,
      ),
    })
  } catch (thrown) {
    const why = toStagegateError(thrown)
    log.warn(`The rollback failed: ${why.message}`)
    return failure.with({
      state: join(failure.state, `The rollback failed: ${why.message}`),
      evidence: why.evidence,
    })
  }
}

async function restore(
  deployment: Deployment,
  good: LastGood,
  signal: AbortSignal,
  log: StepContext['log'],
): Promise<void> {
  const { cluster, settings } = deployment
  const applied = await cluster.apply(good.manifests, {
    namespace: settings.namespace,
    dryRun: false,
    signal,
    onApplied: ({ object, change }) => {
      log.info(`${object.kind} ${object.metadata.name}: ${change}`)
    },
  })
  const workloads = applied
    .map((each) => each.object)
    .filter((object) => isWorkload(object) && object.kind !== 'CronJob')
  await cluster.awaitRollout(workloads, {
    signal,
    onProgress: ({ object, text }) => {
      log.info(`${object}: ${text}`)
    },
  })
}

function join(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((each) => each !== undefined).join(' ')
}
