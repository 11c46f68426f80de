import type { ApiClient } from '../client/api-client.ts'
import type { RolloutEvidence } from '../rollout-contract.ts'
import type { Judged } from '../rollout/judge-all.ts'
import type { Condition, KubernetesEvent, Pod } from '../status/objects.ts'
import type { Symptom } from '../status/status.ts'
import { containersOf } from '../status/containers.ts'
import { describePod, isReady } from '../status/pod.ts'
import { advise } from './advise.ts'
import { boundEvidence } from './bound-evidence.ts'
import { describePodEvidence } from './describe-pod.ts'
import { oneLine } from './one-line.ts'
import { renderEvents } from './render-events.ts'
import { findTellingLine } from './telling-lines.ts'

/** More would hide what matters. */
const MAX_OBJECTS = 5
const MAX_PODS = 3
const MAX_EVENTS = 10

/**
 * Why objects failed, or what they still wait for: statuses, events, and the logs of the pods that are not well. What
 * cannot be read in time is left out.
 *
 * @param judged with the symptoms that are certain, or with none where the time was up
 */
export async function gatherEvidence(
  client: ApiClient,
  judged: readonly Judged[],
  events: readonly KubernetesEvent[],
  signal: AbortSignal,
): Promise<readonly RolloutEvidence[]> {
  const first = judged.slice(0, MAX_OBJECTS)
  return boundEvidence(await Promise.all(first.map((each) => gatherOne(client, each, events, signal))))
}

async function gatherOne(
  client: ApiClient,
  { title, object, live, status }: Judged,
  events: readonly KubernetesEvent[],
  signal: AbortSignal,
): Promise<RolloutEvidence> {
  const pods = troubledPods(status)
  const described = await Promise.all(pods.map((pod) => describePodEvidence(client, pod, signal)))
  const uids = [...pods.map(({ metadata }) => metadata.uid), object.metadata.uid]
  const warnings = renderEvents(events, uids).slice(0, MAX_EVENTS)
  const [symptom] = status.symptoms
  const pod = symptom?.pod ?? pods[0]
  const container = symptom === undefined ? unreadyContainer(pod) : symptom.container
  const its = described
    .find(({ name }) => name === pod?.metadata.name)
    ?.containers.find(({ name }) => name === container)
  const said = findTellingLine([...(its?.previousLog ?? []), ...(its?.log ?? [])])
  const what =
    symptom === undefined
      ? ((pod === undefined ? undefined : describePod(pod)[0]) ?? status.text)
      : `${renderPlace(symptom.pod, symptom.container)}${nameReason(symptom)}`
  const unhealthy = warnings.filter((warning) => warning.startsWith('Unhealthy')).join(' ')
  const failure = {
    reason: symptom?.reason ?? (unhealthy === '' ? '' : 'Unhealthy'),
    text: `${symptom?.text ?? what} ${unhealthy}`,
    exitCode: exitCodeOf(pod, container),
    said,
  }
  return {
    ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    object: title,
    ...(symptom === undefined ? {} : { reason: symptom.reason }),
    headline: symptom === undefined ? oneLine(what, 140) : renderHeadline(symptom),
    cause: [oneLine(what), ...(said === undefined ? [] : [`its log says: ${oneLine(said, 300)}`])].join('; '),
    next: advise(failure) ?? 'Read above what the cluster and the log say.',
    status: oneLine(status.text),
    conditions: conditionsOf(live?.status as { readonly conditions?: readonly Condition[] } | undefined),
    pods: described,
    events: warnings,
  }
}

/** Those of the symptoms first, then others that are not ready. */
function troubledPods({ symptoms, pods }: Judged['status']): readonly Pod[] {
  const named = symptoms.flatMap(({ pod }) => (pod === undefined ? [] : [pod]))
  const all = [...named, ...pods.filter((pod) => !isReady(pod))]
  return [...new Map(all.map((pod) => [pod.metadata.uid, pod])).values()].slice(0, MAX_PODS)
}

function unreadyContainer(pod: Pod | undefined): string | undefined {
  return pod === undefined
    ? undefined
    : containersOf(pod).find((each) => each.ready !== true && each.state?.terminated?.exitCode !== 0)?.name
}

function renderPlace(pod: Pod | undefined, container: string | undefined): string {
  if (pod === undefined) return ''
  return `pod ${pod.metadata.name}${container === undefined ? '' : `, container ${container}`}: `
}

function renderHeadline({ pod, container, reason, text, isEarlier = false }: Symptom): string {
  // A crash is told by its exit code; a message of the cluster may be long.
  const said = /\bexit \d+/.test(text) ? oneLine(nameReason({ reason, text }), 140) : reason
  const what = isEarlier ? `${said.split(';')[0] ?? said} (a pod of the earlier revision)` : said
  return `${renderPlace(pod, container)}${what}`
}

/** A message alone does not say what Kubernetes calls it. */
function nameReason({ reason, text }: { readonly reason: string; readonly text: string }): string {
  return text.includes(reason) ? text : `${reason}${text.startsWith('exit') ? ', ' : ': '}${text}`
}

function exitCodeOf(pod: Pod | undefined, container: string | undefined): number | undefined {
  const status = pod && containersOf(pod).find((each) => each.name === container)
  return (status?.state?.terminated ?? status?.lastState?.terminated)?.exitCode
}

function conditionsOf(status: { readonly conditions?: readonly Condition[] } | undefined): readonly string[] {
  return (status?.conditions ?? [])
    .slice(0, 20)
    .map(({ type = '', status: is = '', reason = '', message = '' }) =>
      oneLine(`${type} ${is}${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}`),
    )
}
