import type { ApiClient } from '../client/api-client.ts'
import { containersOf, describePod, isReady } from '../status/pod.ts'
import { eventCount, type KubernetesEvent, type Pod } from '../status/objects.ts'
import type { Symptom } from '../status/status.ts'
import type { Judged } from './judge-all.ts'
import { readLastLines } from './read-last-lines.ts'

/** More would hide what matters. */
const MAX_WORKLOADS = 3
const MAX_SYMPTOMS = 2
const MAX_PODS = 3
const MAX_EVENTS = 3

/** Why workloads failed: the pod and container, the last lines of their log, the last warnings. */
export async function explainFailure(
  client: ApiClient,
  failed: readonly Judged[],
  events: readonly KubernetesEvent[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const explained = failed.slice(0, MAX_WORKLOADS).flatMap(({ title, object, status }) =>
    status.symptoms.slice(0, MAX_SYMPTOMS).map(async (symptom) => {
      const { pod, container, text } = symptom
      const where = failed.length > 1 ? `${title}: ` : ''
      const who =
        pod === undefined
          ? ''
          : `pod ${pod.metadata.name}${container === undefined ? '' : `, container ${container}`}: `
      return [
        `${where}${who}${cut(text)}`,
        ...(await lastLinesOf(client, symptom, signal)),
        ...renderEvents(events, [pod?.metadata.uid, object.metadata.uid], text),
      ]
    }),
  )
  return (await Promise.all(explained)).flat()
}

/** What workloads that are not done wait for. */
export async function explainWaiting(
  client: ApiClient,
  waiting: readonly Judged[],
  events: readonly KubernetesEvent[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const explained = waiting.slice(0, MAX_WORKLOADS).map(async ({ title, object, status }) => {
    const pods = status.pods.filter((pod) => !isReady(pod)).slice(0, MAX_PODS)
    const [first] = pods
    const container = first && containersOf(first).find((each) => each.ready !== true)?.name
    return [
      `${title}: ${status.text}`,
      ...pods.flatMap(describePod).map(cut),
      ...(first === undefined || container === undefined
        ? []
        : await readLastLines(client, first, container, signal)),
      ...renderEvents(events, [...pods.map((pod) => pod.metadata.uid), object.metadata.uid], ''),
    ]
  })
  return (await Promise.all(explained)).flat()
}

/** Only what has run has a log. */
async function lastLinesOf(
  client: ApiClient,
  { pod, container }: Pick<Symptom, 'pod' | 'container'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (pod === undefined || container === undefined || !hasRun(pod, container)) return []
  return readLastLines(client, pod, container, signal)
}

function hasRun(pod: Pod, container: string): boolean {
  const status = containersOf(pod).find((each) => each.name === container)
  return (
    status?.state?.running !== undefined ||
    status?.state?.terminated !== undefined ||
    status?.lastState?.terminated !== undefined
  )
}

/** The newest warnings about some objects, those that only repeat the text left out. */
export function renderEvents(
  events: readonly KubernetesEvent[],
  uids: readonly (string | undefined)[],
  text: string,
): readonly string[] {
  return events
    .filter((event) => event.type === 'Warning' && uids.includes(event.involvedObject?.uid))
    .filter(({ reason, message }) => reason !== 'BackOff' && !isRepetition(message ?? '', text))
    .sort((one, other) => timeOf(other) - timeOf(one))
    .slice(0, MAX_EVENTS)
    .map((event) => {
      const count = eventCount(event)
      return cut(`event ${event.reason ?? ''}${count > 1 ? ` (${count} times)` : ''}: ${event.message ?? ''}`)
    })
}

/** The status of a container repeats its events and the other way round, each with its own words before it. */
function isRepetition(message: string, text: string): boolean {
  const said = message.replace(/^Error: /, '')
  const known = text.replace(/^\w+: /, '')
  return said === '' || text.includes(said) || (known !== '' && said.includes(known)) || /^\w+$/.test(said)
}

function timeOf({ lastTimestamp, eventTime, metadata }: KubernetesEvent): number {
  return (
    Date.parse(lastTimestamp ?? eventTime ?? (metadata.creationTimestamp as string | undefined) ?? '') || 0
  )
}

function cut(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}
