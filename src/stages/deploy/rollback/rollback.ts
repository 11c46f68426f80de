import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { WrittenObject } from '../../../systems/kubernetes/applied-object.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import { findDisallowed } from '../../../systems/kubernetes/manifests/find-disallowed.ts'
import { objectId, parseApiVersion, renderId } from '../../../systems/kubernetes/object-id.ts'
import { renderWritten } from '../../../systems/kubernetes/render-written.ts'
import { isWorkload } from '../manifests/pin-images.ts'
import type { Deployment } from '../deployment.ts'
import type { LastGood } from '../finalize/parse-record.ts'
import { readLastGood } from '../finalize/record.ts'
import { refuseRollback } from './refuse-rollback.ts'

/** What led to a rollback. */
export interface Led {
  readonly failure: StagegateError
  /** All that the run wrote to the cluster, and what it may have written. */
  readonly written: readonly WrittenObject[]
}

/**
 * Puts the last good set back after a failure, and says what is running now and what else the run has written. Never
 * throws: the failure that led here is what the run ends with, and what the rollback did is added to it.
 */
export async function rollBack(
  deployment: Deployment,
  { failure: met, written }: Led,
  step: StepContext,
): Promise<StagegateError> {
  const { log, signal, fact } = step
  const failure = withWritten(met, written)
  if (deployment.settings.rollback === 'never') {
    return failure.with({ state: join(failure.state, 'Nothing was rolled back: rollback is set to never.') })
  }
  if (deployment.lease.lost.aborted) {
    return failure.with({
      state: join(failure.state, 'Nothing was rolled back: another run holds the lock now.'),
    })
  }
  const where = { cluster: deployment.cluster, clock: deployment.systems.clock }
  const refusal = await refuseRollback(where, failure, written, step)
  if (refusal !== undefined) {
    return failure.with({ state: join(failure.state, refusal.state), evidence: refusal.evidence })
  }
  try {
    const good = await readLastGood(deployment, signal)
    if (good === undefined) {
      return failure.with({
        state: join(
          failure.state,
          'There is no earlier good set to go back to; what was written stays in the cluster.',
        ),
      })
    }
    log.info(`Rolling back to commit ${good.commit.slice(0, 12)}, deployed ${good.finishedAt}.`)
    const restored = new Set((await restore(deployment, good, signal, log)).map(keyOf))
    const more = renderWritten(written.filter((each) => !restored.has(keyOf(each.object))))
    fact('running', good.commit.slice(0, 12))
    return failure.with({
      state: join(
        failure.state,
        `Rolled back: commit ${good.commit.slice(0, 12)} (${good.digest.slice(0, 19)}) is running and available again.`,
        more.length === 0
          ? undefined
          : 'What was written and is not in that set stays in the cluster; it is named above.',
      ),
      evidence: more.map((line) => `not in the set before: ${line}`),
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
): Promise<readonly KubernetesObject[]> {
  const { cluster, settings } = deployment
  refuseDisallowed(deployment, good)
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
  return applied.map((each) => each.object)
}

/** Whoever can write the record must not get past what the configuration allows. */
function refuseDisallowed({ settings }: Deployment, { manifests }: LastGood): void {
  if (!settings.manifests.configured) return
  const evidence = findDisallowed(manifests, settings.manifests.allow, settings.namespace)
  if (evidence.length === 0) return
  throw new StagegateError('E_MANIFEST_INVALID', {
    message: 'The last good set has objects that deploy.manifests.allow does not allow.',
    evidence,
  })
}

/** A failure of a later step does not say by itself what the steps before have written. */
function withWritten(failure: StagegateError, written: readonly WrittenObject[]): StagegateError {
  const lines = renderWritten(written).filter((line) => !failure.evidence.includes(line))
  return lines.length === 0 ? failure : failure.with({ evidence: lines })
}

function keyOf(object: KubernetesObject): string {
  return `${parseApiVersion(object.apiVersion).group} ${renderId(objectId(object))}`
}

function join(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((each) => each !== undefined).join(' ')
}
