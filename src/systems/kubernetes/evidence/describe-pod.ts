import type { ApiClient } from '../client/api-client.ts'
import type { ContainerEvidence, PodEvidence } from '../rollout-contract.ts'
import { readLog } from '../logs/read-log.ts'
import { renderCrash } from '../status/container.ts'
import type { ContainerStatus, Pod } from '../status/objects.ts'
import { oneLine } from './one-line.ts'
import { renderProbes } from './render-probe.ts'

/** Of each container and run. */
const LOG = { lines: 200, bytes: 16 * 1024 }
const MAX_LINE = 1_000
/** Sidecars included. */
const MAX_CONTAINERS = 8

/** A pod as it is, with the ends of its containers' logs. */
export async function describePodEvidence(
  client: ApiClient,
  pod: Pod,
  signal: AbortSignal,
): Promise<PodEvidence> {
  const { spec = {}, status = {}, metadata } = pod
  const init = (status.initContainerStatuses ?? []).map((each) => ({ status: each, init: true }))
  const main = (status.containerStatuses ?? []).map((each) => ({ status: each, init: false }))
  const containers = await Promise.all(
    [...init, ...main].slice(0, MAX_CONTAINERS).map((each) => describeContainer(client, pod, each, signal)),
  )
  return {
    name: metadata.name,
    node: spec.nodeName ?? '',
    phase: status.reason ?? status.phase ?? '',
    conditions: (status.conditions ?? [])
      .filter((each) => each.status !== 'True' && each.message !== undefined)
      .map(({ type = '', reason = '', message = '' }) => oneLine(`${type} (${reason}): ${message}`)),
    containers,
  }
}

async function describeContainer(
  client: ApiClient,
  { metadata, spec = {} }: Pod,
  { status, init }: { readonly status: ContainerStatus; readonly init: boolean },
  signal: AbortSignal,
): Promise<ContainerEvidence> {
  const { name, state = {}, lastState = {}, restartCount = 0 } = status
  const source = { namespace: metadata.namespace ?? '', pod: metadata.name, container: name }
  // While a container waits to be started anew, its current run is the one that ended last.
  const ran =
    state.running !== undefined || state.terminated !== undefined || lastState.terminated !== undefined
  const twice = state.waiting === undefined ? restartCount > 0 : restartCount > 1
  const [log, previousLog] = await Promise.all([
    ran ? readLog(client, source, { ...LOG, previous: false }, signal) : [],
    ran && twice ? readLog(client, source, { ...LOG, previous: true }, signal) : [],
  ])
  const container = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].find(
    (each) => each.name === name,
  )
  return {
    name,
    init,
    state: oneLine(renderState(status)),
    probes: renderProbes(container),
    log: log.map((line) => oneLine(line, MAX_LINE)),
    previousLog: same(log, previousLog) ? [] : previousLog.map((line) => oneLine(line, MAX_LINE)),
  }
}

function renderState(status: ContainerStatus): string {
  const { state = {}, restartCount = 0, ready } = status
  if (state.running !== undefined && restartCount === 0)
    return ready === true ? 'running' : 'running, not ready'
  const { reason, message } = state.waiting ?? {}
  if (restartCount === 0 && reason !== undefined)
    return message === undefined ? reason : `${reason}: ${message}`
  return `${state.running === undefined ? '' : 'running again, '}${renderCrash(status)}`
}

/** What the server gives as the log of the run before may be the same run. */
function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index])
}
