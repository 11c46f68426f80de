import type { Container, Probe } from '../status/objects.ts'

const kinds = [
  ['startup', 'startupProbe'],
  ['readiness', 'readinessProbe'],
  ['liveness', 'livenessProbe'],
] as const

/** A container's probes with their own numbers, Kubernetes' defaults where the manifest gives none. Pure. */
export function renderProbes(container: Container | undefined): readonly string[] {
  return kinds.flatMap(([kind, field]) => {
    const probe = container?.[field]
    return probe === undefined ? [] : [`${kind} probe ${renderTarget(probe)}: ${renderTimes(probe)}`]
  })
}

function renderTarget({ httpGet, tcpSocket, grpc, exec }: Probe): string {
  if (httpGet !== undefined) {
    const { scheme = 'HTTP', path = '/', port = '?' } = httpGet
    return `${scheme} GET ${path} on port ${port}`
  }
  if (tcpSocket !== undefined) return `TCP connection to port ${tcpSocket.port ?? '?'}`
  if (grpc !== undefined) return `gRPC health check on port ${grpc.port ?? '?'}`
  // Its arguments may be long, or hold what nobody should read.
  return exec === undefined ? 'of an unknown kind' : `command ${exec.command?.[0] ?? ''}`
}

function renderTimes(probe: Probe): string {
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe
  return [
    `every ${periodSeconds} s`,
    ...(initialDelaySeconds > 0 ? [`after the first ${initialDelaySeconds} s`] : []),
    `${timeoutSeconds} s for the answer`,
    `failed after ${failureThreshold} in a row`,
  ].join(', ')
}
