import { StagegateError } from '../../../errors/index.ts'
import type { Cluster, KubernetesObject } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { decideFailures } from '../status/decide-failures.ts'
import { isTimeout, withEvidenceTime } from '../deadlines.ts'
import { Ages } from './ages.ts'
import { explainFailure, explainWaiting } from './explain.ts'
import { judgeAll, type Judged } from './judge-all.ts'
import { observeWorkloads } from './observe-workloads.ts'

type Options = Parameters<Cluster['awaitRollout']>[1]

/** The longest time between two looks: graces end without an event. Milliseconds. */
const LOOK_INTERVAL = 500
/** Events come in bursts; one look is enough for those of so many milliseconds. */
const BURST = 20

/**
 * Watches workloads together until all are done at the same moment, or one has certainly failed.
 *
 * @throws StagegateError E_ROLLOUT_FAILED; E_ROLLOUT_TIMEOUT when the signal was aborted by a step's timeout; both with
 * what the pods say
 */
export async function awaitRollout(
  connected: Connected,
  objects: readonly KubernetesObject[],
  { signal, onProgress }: Options,
): Promise<void> {
  if (objects.length === 0) return
  const { clock, client } = connected
  const started = clock.monotonic()
  const ages = new Ages()
  const told = new Map<string, string>()
  const onTrouble = (text: string): void => {
    onProgress({ object: 'Kubernetes', text })
  }
  const workloads = await observeWorkloads(connected, objects, { signal, onTrouble })
  let judged: readonly Judged[] = []
  try {
    await workloads.listed()
    // Watches may be late: a success is believed when the server, asked once more, says the same.
    let confirmed = true
    for (;;) {
      judged = judgeAll(workloads.expected(), workloads.snapshot())
      tellProgress(judged)
      const failed = findFailed(judged)
      if (failed.length > 0) throw await failureOf(failed)
      if (judged.every(isSettled)) {
        if (confirmed) return
        confirmed = await workloads.confirm()
        if (confirmed) continue
      }
      await workloads.next(LOOK_INTERVAL)
      await clock.sleep(BURST, signal)
      confirmed = false
    }
  } catch (thrown) {
    if (!isTimeout(signal) || thrown !== signal.reason) throw thrown
    throw await timeoutOf(judged.filter(({ status }) => !status.done))
  } finally {
    await workloads.close()
  }

  function tellProgress(all: readonly Judged[]): void {
    for (const { title, status } of all) {
      if (told.get(title) === status.text) continue
      told.set(title, status.text)
      onProgress({ object: title, text: status.text })
    }
  }

  function findFailed(all: readonly Judged[]): readonly Judged[] {
    const now = clock.monotonic()
    ages.update(
      all.flatMap(({ title, status }) => (status.done ? [title] : status.symptoms.map((each) => each.key))),
      now,
    )
    return all
      .map((each) => ({
        ...each,
        status: { ...each.status, symptoms: decideFailures(each.status.symptoms, ages, now) },
      }))
      .filter(({ status }) => status.symptoms.length > 0)
  }

  function isSettled({ title, status }: Judged): boolean {
    return status.done && ages.of(title, clock.monotonic()) >= (status.settleMs ?? 0)
  }

  async function failureOf(failed: readonly Judged[]): Promise<StagegateError> {
    const [first] = failed
    const symptom = first?.status.symptoms[0]
    const evidence = await withEvidenceTime(clock, (limited) =>
      explainFailure(client, failed, workloads.snapshot().events, limited),
    )
    return new StagegateError('E_ROLLOUT_FAILED', {
      message: `${first?.title ?? 'A workload'} cannot become available: ${symptom?.reason ?? 'it failed'}${
        failed.length > 1 ? `; ${failed.length} workloads fail` : ''
      } (${first?.status.text ?? ''}, after ${seconds()} s).`,
      evidence,
    })
  }

  async function timeoutOf(waiting: readonly Judged[]): Promise<StagegateError> {
    const evidence = await withEvidenceTime(clock, (limited) =>
      explainWaiting(client, waiting, workloads.snapshot().events, limited),
    )
    const [first] = waiting
    return new StagegateError('E_ROLLOUT_TIMEOUT', {
      message:
        first === undefined
          ? `The rollout was not seen to succeed within ${seconds()} s.`
          : `${first.title} is not available after ${seconds()} s: ${first.status.text}.`,
      evidence,
    })
  }

  function seconds(): number {
    return Math.round((clock.monotonic() - started) / 1000)
  }
}
