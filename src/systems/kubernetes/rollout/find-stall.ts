import { groupKind } from '../status/groups.ts'
import { findCondition, isOwnedBy, type Job, type Pod } from '../status/objects.ts'
import { isReady } from '../status/pod.ts'
import type { Judged, Snapshot } from './judge-all.ts'

/** Somebody of the cluster itself should act on an object, and has not yet. */
export interface Stall {
  /** The same for as long as nothing of the object moves. */
  readonly key: string
  /** One sentence without a full stop: who has not done what. */
  readonly text: string
}

const DEFAULT_SCHEDULER = 'default-scheduler'

/**
 * What the controllers of the cluster and its scheduler have not yet looked at, by their own bookkeeping: a generation that
 * was not observed, ready pods that are not counted, a pod without a word of the scheduler. That is so for a moment after
 * each change; when it stays so and nothing else moves, they are down. Of kinds that are not Kubernetes' own nothing is
 * known. Pure.
 */
export function findStall(judged: Judged, snapshot: Pick<Snapshot, 'replicaSets'>): Stall | undefined {
  const { title, status } = judged
  const text = describe(judged, snapshot)
  if (text === undefined) return undefined
  const scheduled = status.pods.filter(({ spec }) => spec?.nodeName !== undefined).length
  const ready = status.pods.filter(isReady).length
  return { key: [title, text, status.text, status.pods.length, scheduled, ready].join('|'), text }
}

function describe(
  { live, status }: Judged,
  { replicaSets }: Pick<Snapshot, 'replicaSets'>,
): string | undefined {
  if (live === undefined || status.done) return undefined
  switch (groupKind(live)) {
    case 'apps/Deployment': {
      const behind = [live, ...replicaSets.filter((each) => isOwnedBy(each, live.metadata.uid))].map(
        unobserved,
      )
      return (
        behind.find((each) => each !== undefined) ?? uncounted(live, status.pods) ?? unscheduled(status.pods)
      )
    }
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case 'apps/ReplicaSet':
      return unobserved(live) ?? uncounted(live, status.pods) ?? unscheduled(status.pods)
    case 'batch/Job':
      return unstarted(live) ?? unscheduled(status.pods)
    case '/Pod':
      return unscheduled([live])
    default:
      return undefined
  }
}

function unobserved({ kind, metadata, status }: Judged['object']): string | undefined {
  const { observedGeneration = 0 } = (status ?? {}) as { readonly observedGeneration?: number }
  const { generation = 0, name } = metadata
  if (observedGeneration >= generation) return undefined
  return `no controller has seen ${kind} ${name} as it is now (generation ${generation}, observedGeneration ${observedGeneration})`
}

/** A controller that observed the change and then went away. */
function uncounted(
  { kind, metadata, spec, status }: Judged['object'],
  pods: readonly Pod[],
): string | undefined {
  const { minReadySeconds = 0 } = (spec ?? {}) as { readonly minReadySeconds?: number }
  const { readyReplicas, numberReady } = (status ?? {}) as Record<string, number | undefined>
  const counted = readyReplicas ?? numberReady ?? 0
  const ready = pods.filter(isReady).length
  if (minReadySeconds > 0 || ready <= counted) return undefined
  return `${ready} ${ready === 1 ? 'pod is' : 'pods are'} ready, and no controller counts more than ${counted} for ${kind} ${metadata.name}`
}

function unstarted(job: Job): string | undefined {
  const { suspend = false, managedBy = 'kubernetes.io/job-controller' } = job.spec ?? {}
  const { startTime } = (job.status ?? {}) as { readonly startTime?: string }
  if (suspend || managedBy !== 'kubernetes.io/job-controller' || startTime !== undefined) return undefined
  return `no controller has started Job ${job.metadata.name}`
}

/** The scheduler says of each pod that it looked at why it has no node; a scheduler of another name is not known. */
function unscheduled(pods: readonly Pod[]): string | undefined {
  const unseen = pods.filter(({ spec = {}, status }) => {
    const { schedulerName = DEFAULT_SCHEDULER } = spec as { readonly schedulerName?: string }
    return (
      spec.nodeName === undefined &&
      (status?.phase ?? 'Pending') === 'Pending' &&
      schedulerName === DEFAULT_SCHEDULER &&
      findCondition(status?.conditions, 'PodScheduled') === undefined
    )
  })
  const [first] = unseen
  if (first === undefined) return undefined
  const others = unseen.length > 1 ? ` and ${unseen.length - 1} more` : ''
  return `no scheduler has looked at pod ${first.metadata.name}${others}`
}
