import { judgeDaemonSet } from './daemon-set.ts'
import { judgeDeployment } from './deployment.ts'
import { judgeJob } from './job.ts'
import { type Deployment, eventCount, findCondition } from './objects.ts'
import { containersOf } from './pod.ts'
import { judgeStatefulSet } from './stateful-set.ts'
import type { Baseline, Symptom, WorkloadStatus, World } from './status.ts'

const judges = {
  Deployment: judgeDeployment,
  StatefulSet: judgeStatefulSet,
  DaemonSet: judgeDaemonSet,
  Job: judgeJob,
} as const satisfies Record<string, (world: World) => WorkloadStatus>

/** Which object a rollout is of: what the apply answered. */
export interface Expected {
  readonly uid: string | undefined
  /** An older one than this is a stale answer. */
  readonly generation: number
}

export function isJudged(kind: string): kind is keyof typeof judges {
  return Object.hasOwn(judges, kind)
}

/** The status of a workload at one moment, by the function of its kind. Pure. */
export function judgeWorkload(world: World, expected: Expected): WorkloadStatus {
  const { kind, metadata } = world.workload
  if (expected.uid !== undefined && metadata.uid !== expected.uid) {
    const text = 'it was deleted and made again by someone else'
    const symptom: Symptom = { key: `${expected.uid}/replaced`, graceMs: 0, reason: 'Replaced', text }
    return { done: false, text, symptoms: [symptom], pods: [] }
  }
  if ((metadata.generation ?? 0) < expected.generation) {
    return { done: false, text: 'waiting for the change to be seen', symptoms: [], pods: [] }
  }
  if (!isJudged(kind)) throw new Error(`no rollout of ${kind} can be judged`)
  return judges[kind](world)
}

/** The symptoms that have outlasted their grace. Pure. */
export function decideFailures(
  symptoms: readonly Symptom[],
  ages: { of(key: string, now: number): number },
  now: number,
): readonly Symptom[] {
  return symptoms.filter(({ key, graceMs }) => ages.of(key, now) >= graceMs)
}

/** What was so before a rollout. Pure. */
export function takeBaseline(before: {
  readonly workloads: readonly World['workload'][]
  readonly pods: World['pods']
  readonly events: World['events']
}): Baseline {
  const containers = before.pods.flatMap((pod) =>
    containersOf(pod).map((status) => ({ key: `${pod.metadata.uid ?? ''}/${status.name}`, status })),
  )
  const exceeded = before.workloads.flatMap((workload) => {
    const condition = findCondition((workload as Deployment).status?.conditions, 'Progressing')
    const { lastUpdateTime } = condition ?? {}
    return condition?.reason === 'ProgressDeadlineExceeded' && lastUpdateTime !== undefined
      ? [[workload.metadata.uid ?? '', lastUpdateTime] as const]
      : []
  })
  const ready = containers.filter(({ status }) => status.ready === true)
  return {
    restarts: new Map(containers.map(({ key, status }) => [key, status.restartCount ?? 0])),
    ready: new Set(ready.map(({ key }) => key)),
    exceeded: new Map(exceeded),
    events: new Map(before.events.map((event) => [event.metadata.uid ?? '', eventCount(event)])),
  }
}

/** For what is new, and has nothing before it. */
export const noBaseline: Baseline = {
  restarts: new Map(),
  ready: new Set(),
  exceeded: new Map(),
  events: new Map(),
}
