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
import { howToUndo, refuseRollback } from './refuse-rollback.ts'
import { regainLock } from './regain-lock.ts'

/** What led to a rollback. */
export interface Led {
  readonly failure: StagegateError
  /** All that the run wrote to the cluster, and what it may have written. */
  readonly written: readonly WrittenObject[]
}

/**
 * Puts the last good set back after a failure, and says what is running now and what else the run has written. The failure
 * that led here is what the run ends with; what the rollback did is added to it.
 *
 * @throws StagegateError that failure, when nothing was put back, so that the step does not count as a success
 */
export async function rollBack(
  deployment: Deployment,
  { failure: met, written }: Led,
  step: StepContext,
): Promise<StagegateError> {
  const { log } = step
  const failure = withWritten(met, written)
  const clock = deployment.systems.clock
  const regained = await regainLock(deployment.lease, clock, step)
  if (!regained.held) {
    throw failure.with({
      state: join(failure.state, `Nothing was rolled back: ${regained.why} ${stays(written)}`),
      evidence: howToUndo(written),
    })
  }
  const { lease } = regained
  try {
    const refusal = await refuseRollback({ cluster: deployment.cluster, clock }, failure, written, step)
    if (refusal !== undefined)
      throw failure.with({ state: join(failure.state, refusal.state), evidence: refusal.evidence })
    return await putBack(
      deployment,
      { failure, written },
      {
        ...step,
        signal: AbortSignal.any([step.signal, lease.lost]),
      },
    )
  } finally {
    // The deployment gives back only the hold that it began with.
    if (lease !== deployment.lease)
      await lease.release().catch((thrown: unknown) => {
        log.warn(`The lock was not freed and expires by itself: ${toStagegateError(thrown).message}`)
      })
  }
}

/** A failure after which nothing is put back, because the inputs say so: with all that the run has written. */
export function notRolledBack(failure: StagegateError, written: readonly WrittenObject[]): StagegateError {
  return withWritten(failure, written).with({
    state: join(failure.state, 'Nothing was rolled back: rollback is set to never.'),
  })
}

/** What the cluster holds when nothing is put back. */
function stays(written: readonly WrittenObject[]): string {
  const changed = written.filter(({ change }) => change !== 'unchanged').length
  return changed === 0
    ? 'Nothing of this deployment is in the cluster.'
    : `What this deployment has written stays in the cluster: ${changed} ${changed === 1 ? 'object' : 'objects'}, named above.`
}

async function putBack(
  deployment: Deployment,
  { failure, written }: Led,
  { log, signal, fact }: StepContext,
): Promise<StagegateError> {
  let good: LastGood | undefined
  try {
    good = await readLastGood(deployment, signal)
    if (good !== undefined && good.manifests.length > 0) {
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
    }
  } catch (thrown) {
    const why = toStagegateError(thrown)
    log.warn(`The rollback failed: ${why.message}`)
    throw failure.with({
      state: join(failure.state, `The rollback failed: ${why.message}`),
      evidence: [...why.evidence, ...howToUndo(written)],
    })
  }
  const why =
    good === undefined
      ? 'There is no earlier good set to go back to'
      : `The last good set, of commit ${good.commit.slice(0, 12)}, has no objects to put back`
  throw failure.with({ state: join(failure.state, `${why}; what was written stays in the cluster.`) })
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
