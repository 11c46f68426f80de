import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { RunningImages } from '../cluster.ts'
import type { RolloutEvidence, RolloutOptions } from '../rollout-contract.ts'
import type { Connected } from '../connected.ts'
import { gatherEvidence } from '../evidence/gather-evidence.ts'
import { renderEvidence } from '../evidence/render-evidence.ts'
import { decideFailures } from '../status/decide-failures.ts'
import { isTimeout, withEvidenceTime } from '../deadlines.ts'
import { Ages } from './ages.ts'
import { seenRunning } from '../running/seen-running.ts'
import { LiveLogs } from '../logs/live-logs.ts'
import { identityOf, judgeAll, type Judged } from './judge-all.ts'
import { observeWorkloads } from './observe-workloads.ts'
import { Progress } from './progress.ts'
import { noProgress, type Stalled, Stalls, unavailable } from './stalls.ts'
import { isNewPod } from './warnings.ts'

/** The longest time between two looks: graces end without an event. Milliseconds. */
const LOOK_INTERVAL = 500
/** Events come in bursts; one look is enough for those of so many milliseconds. */
const BURST = 20

/**
 * Watches workloads together until all are done at the same moment, or one has certainly failed. What their pods run was
 * read in the same moment: it is given back by uid, as far as it is known.
 *
 * @throws StagegateError E_ROLLOUT_FAILED; when the signal was aborted by a step's timeout E_ROLLOUT_TIMEOUT, or
 * E_ROLLOUT_NO_PROGRESS when nobody in the cluster has acted for a minute; all with what the pods say.
 * E_KUBE_UNAVAILABLE_DURING_ROLLOUT when the server did not answer at that time
 */
export async function awaitRollout(
  connected: Connected,
  objects: readonly KubernetesObject[],
  options: RolloutOptions,
): Promise<ReadonlyMap<string, RunningImages>> {
  if (objects.length === 0) return new Map()
  const { clock, client } = connected
  const { signal, onProgress, onLog, logReplicas = 1 } = options
  const started = clock.monotonic()
  const ages = new Ages()
  const progress = new Progress(onProgress)
  const stalls = new Stalls(onProgress)
  const onTrouble = (text: string): void => {
    onProgress({ object: 'Kubernetes', text })
  }
  const logs = new LiveLogs(connected, {
    replicas: onLog === undefined ? 0 : logReplicas,
    onLine: (line) => onLog?.(line),
    onLost: onTrouble,
  })
  const workloads = await observeWorkloads(connected, objects, { signal, onTrouble })
  let judged: readonly Judged[] = []
  let stalled: readonly Stalled[] = []
  try {
    await workloads.listed()
    // Watches may be late: a verdict is believed when the server, asked once more, says the same.
    let confirmed = true
    for (;;) {
      const snapshot = workloads.snapshot()
      judged = judgeAll(workloads.expected(), snapshot)
      progress.tell(judged, snapshot, clock.monotonic())
      for (const each of judged) {
        const pods = each.status.pods.filter((pod) => isNewPod(pod, snapshot.baseline))
        logs.follow(identityOf(each), pods)
      }
      const failed = findFailed(judged)
      stalled = stalls.find(judged, snapshot, workloads.awayFor() === 0, clock.monotonic())
      if (failed.length > 0 || judged.every(isSettled)) {
        if (confirmed && failed.length > 0) throw await failureOf(failed)
        if (confirmed) return seenRunning(ours(snapshot.objects), snapshot)
        confirmed = await workloads.confirm()
        if (confirmed) continue
      }
      await workloads.next(LOOK_INTERVAL)
      await clock.sleep(BURST, signal)
      confirmed = false
    }
  } catch (thrown) {
    if (!isTimeout(signal) || thrown !== signal.reason) throw thrown
    const waiting = judged.filter(({ status }) => !status.done)
    const away = workloads.awayFor()
    if (away > 0) throw unavailable(waiting, away)
    throw stalled.length > 0 ? noProgress(stalled, await gather(stalled)) : await timeoutOf(waiting)
  } finally {
    await Promise.all([logs.close(), workloads.close()])
  }

  function ours(live: readonly KubernetesObject[]): readonly KubernetesObject[] {
    const uids = new Set(objects.map(({ metadata }) => metadata.uid))
    return live.filter(({ metadata }) => uids.has(metadata.uid))
  }

  function findFailed(all: readonly Judged[]): readonly Judged[] {
    const now = clock.monotonic()
    ages.update(
      all.flatMap((each) =>
        each.status.done ? [doneKey(each)] : each.status.symptoms.map(({ key }) => key),
      ),
      now,
    )
    return all
      .map((each) => ({
        ...each,
        status: { ...each.status, symptoms: decideFailures(each.status.symptoms, ages, now) },
      }))
      .filter(({ status }) => status.symptoms.length > 0)
  }

  function isSettled(each: Judged): boolean {
    const { done, settleMs = 0 } = each.status
    return done && ages.of(doneKey(each), clock.monotonic()) >= settleMs
  }

  async function failureOf(failed: readonly Judged[]): Promise<StagegateError> {
    const evidence = await gather(failed)
    const [first] = evidence
    const others = failed.length > 1 ? ` ${failed.length} objects fail.` : ''
    return new StagegateError('E_ROLLOUT_FAILED', {
      message: `${first?.object ?? 'An object'} cannot become available: ${first?.headline ?? 'it failed'} (${
        first?.status ?? ''
      }, after ${seconds()} s).${others}`,
      evidence: renderEvidence(evidence),
      ...(first === undefined ? {} : { next: first.next }),
    })
  }

  async function timeoutOf(waiting: readonly Judged[]): Promise<StagegateError> {
    const evidence = await gather(waiting)
    const [first] = evidence
    return new StagegateError('E_ROLLOUT_TIMEOUT', {
      message:
        first === undefined
          ? `The rollout was not seen to succeed within ${seconds()} s.`
          : `${first.object} is not available after ${seconds()} s: ${first.status}.`,
      evidence: renderEvidence(evidence),
      ...(first === undefined ? {} : { next: first.next }),
    })
  }

  /** The caller's signal may be aborted by now: this has a short time of its own. */
  async function gather(about: readonly Judged[]): Promise<readonly RolloutEvidence[]> {
    const evidence = await withEvidenceTime(clock, (limited) =>
      gatherEvidence(client, about, workloads.snapshot().events, limited),
    )
    options.onEvidence?.(evidence)
    return evidence
  }

  function seconds(): number {
    return Math.round((clock.monotonic() - started) / 1000)
  }
}

/** What is done in another way, with other pods or after another restart, has to stay so anew. */
function doneKey(judged: Judged): string {
  return `${identityOf(judged)} ${judged.status.settleKey ?? ''}`
}
