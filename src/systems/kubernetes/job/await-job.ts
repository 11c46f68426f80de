import { StagegateError } from '../../../errors/index.ts'
import type { JobResult } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { isTimeout, withEvidenceTime } from '../deadlines.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import { Ages } from '../rollout/ages.ts'
import { renderEvents } from '../evidence/render-events.ts'
import { explain } from '../rollout/explain.ts'
import { judgeAll, type Judged } from '../rollout/judge-all.ts'
import { observeWorkloads } from '../rollout/observe-workloads.ts'
import { isTrue } from '../status/job.ts'
import { noBaseline } from '../status/baseline.ts'
import { decideFailures } from '../status/decide-failures.ts'
import { findCondition, isOwnedBy, type Job, type Pod } from '../status/objects.ts'
import { containersOf } from '../status/containers.ts'
import { JobLog } from './job-log.ts'

export interface AwaitJobOptions {
  readonly signal: AbortSignal
  readonly onLog: (chunk: Uint8Array) => void
}

const LOOK_INTERVAL = 500

/**
 * Waits for the end of a Job with the log of its pods live. Only the Job's own conditions say that it ended; a pod that
 * can never start ends the wait, and the Job is removed, lest it starts later when nobody looks.
 *
 * @throws StagegateError E_MIGRATION_POD, E_MIGRATION_TIMEOUT
 */
export async function awaitJob(
  connected: Connected,
  job: Job,
  { signal, onLog }: AwaitJobOptions,
): Promise<JobResult> {
  const { clock, client } = connected
  const log = new JobLog(connected, onLog)
  const ages = new Ages()
  const workloads = await observeWorkloads(connected, [job], { signal, onTrouble: () => undefined })
  let judged: Judged | undefined
  try {
    await workloads.listed()
    for (;;) {
      const snapshot = workloads.snapshot()
      // A Job is new: whatever its events tell is about this run.
      judged = judgeAll(workloads.expected(), { ...snapshot, baseline: noBaseline })[0]
      const live = snapshot.objects.find((each) => each.metadata.uid === job.metadata.uid) as Job | undefined
      const pods = snapshot.pods.filter((pod) => isOwnedBy(pod, job.metadata.uid))
      for (const pod of pods) log.follow(pod)
      if (live !== undefined && (isTrue(live, 'Complete') || isTrue(live, 'Failed'))) {
        return await conclude(live, pods)
      }
      if (judged !== undefined) await failEarly(judged)
      await workloads.next(LOOK_INTERVAL)
    }
  } catch (thrown) {
    if (!isTimeout(signal) || thrown !== signal.reason || judged === undefined) throw thrown
    throw await timeoutOf(judged)
  } finally {
    log.close()
    await workloads.close()
  }

  async function conclude(live: Job, pods: readonly Pod[]): Promise<JobResult> {
    await log.ended()
    const succeeded = isTrue(live, 'Complete')
    const evidence = succeeded ? [] : explainEnd(live, pods)
    return { succeeded, already: false, log: log.text(), evidence }
  }

  function explainEnd(live: Job, pods: readonly Pod[]): readonly string[] {
    const failed = findCondition(live.status?.conditions, 'Failed')
    const { events } = workloads.snapshot()
    return [
      `Job ${live.metadata.name}: ${failed?.reason ?? 'Failed'}: ${failed?.message ?? ''}`,
      ...pods.flatMap((pod) =>
        containersOf(pod).flatMap(({ name, state }) =>
          state?.terminated === undefined
            ? []
            : [
                `pod ${pod.metadata.name}, container ${name}: exit ${state.terminated.exitCode ?? '?'} (${state.terminated.reason ?? 'no reason'})`,
              ],
        ),
      ),
      ...renderEvents(events, [live.metadata.uid, ...pods.map((pod) => pod.metadata.uid)])
        .slice(0, 3)
        .map((event) => `event ${event}`),
    ]
  }

  async function failEarly(now: Judged): Promise<void> {
    const { symptoms } = now.status
    const time = clock.monotonic()
    ages.update(
      symptoms.map((each) => each.key),
      time,
    )
    const certain = decideFailures(symptoms, ages, time)
    const [first] = certain
    if (first === undefined) return
    const failed = [{ ...now, status: { ...now.status, symptoms: certain } }]
    const { events } = workloads.snapshot()
    const evidence = await withEvidenceTime(clock, (limited) => explain(client, failed, events, limited))
    await client.send({
      method: 'DELETE',
      path: resourcePath(known.jobs, { namespace: job.metadata.namespace ?? '', name: job.metadata.name }),
      query: { propagationPolicy: 'Background' },
      signal,
      purpose: `delete ${now.title}`,
      allow: [404],
    })
    throw new StagegateError('E_MIGRATION_POD', {
      message: `${now.title} cannot start: ${first.reason}.`,
      evidence,
      state: 'The Job was removed; it did not run.',
    })
  }

  async function timeoutOf(waiting: Judged): Promise<StagegateError> {
    const { events } = workloads.snapshot()
    const evidence = await withEvidenceTime(clock, (limited) => explain(client, [waiting], events, limited))
    return new StagegateError('E_MIGRATION_TIMEOUT', {
      message: `${waiting.title} did not end in time: ${waiting.status.text}.`,
      evidence,
    })
  }
}
