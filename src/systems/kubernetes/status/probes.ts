import { type ContainerStatus, findNewest, type KubernetesEvent, type Pod, type Probe } from './objects.ts'
import type { Symptom, World } from './status.ts'

/**
 * How long a container that has started may fail its readiness probe until that is taken for good; half of what a
 * rollout has by default. Slow starts belong into a startup probe. Milliseconds.
 */
const READY_GRACE = 300_000

/**
 * Containers that run but whose readiness probe never passes. Only those that have started, for as long as the startup
 * probe is not through the readiness probe is not asked; and only when the kubelet said that the probe failed.
 */
export function judgeReadiness(
  pod: Pod,
  ofPod: readonly KubernetesEvent[],
  { rules }: Pick<World, 'rules'>,
): readonly Symptom[] {
  return (pod.status?.containerStatuses ?? []).flatMap((status) => {
    const probe = pod.spec?.containers?.find((each) => each.name === status.name)?.readinessProbe
    if (probe === undefined || !isUp(status) || status.ready === true) return []
    const failure = probeFailure(ofPod, status.name, 'Readiness')
    if (failure === undefined) return []
    const text = failure.message ?? 'Readiness probe failed'
    const graceMs = rules.readyWithin ?? Math.max(READY_GRACE, 2 * windowOf(probe))
    const key = `${pod.metadata.uid ?? ''}/${status.name}/readiness`
    return [{ key, graceMs, reason: failure.reason ?? 'Unhealthy', text, pod, container: status.name }]
  })
}

/** The newest event of a failed probe of a container. */
export function probeFailure(
  ofPod: readonly KubernetesEvent[],
  container: string,
  kind: 'Readiness' | 'Liveness' | 'Startup',
): KubernetesEvent | undefined {
  const failures = ofPod.filter(
    ({ reason, message = '', involvedObject }) =>
      reason === 'Unhealthy' &&
      message.startsWith(`${kind} probe`) &&
      (involvedObject?.fieldPath === undefined || involvedObject.fieldPath.endsWith(`{${container}}`)),
  )
  return findNewest(failures)
}

function isUp({ started, state }: ContainerStatus): boolean {
  return state?.running !== undefined && started === true
}

/** How long a probe that fails takes to say so, from the start of the container; milliseconds. Kubernetes' own defaults. */
export function windowOf(probe: Probe): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe
  return (initialDelaySeconds + timeoutSeconds + periodSeconds * failureThreshold) * 1000
}
