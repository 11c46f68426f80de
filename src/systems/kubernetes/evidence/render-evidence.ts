import type { ContainerEvidence, RolloutEvidence } from '../rollout-contract.ts'
import { isRepetition } from './render-events.ts'
import { findTellingLine } from './telling-lines.ts'

/** More would hide what matters; all of it is in the report. */
const MAX_OBJECTS = 3
const MAX_EVENTS = 3
const MAX_LINES = 10

/** What a container says of itself that waits for others. */
const WAITING = ['ContainerCreating', 'PodInitializing']

/** The evidence of a failure as an error shows it: causes, what waits, the last lines of the logs, warnings. Pure. */
export function renderEvidence(evidence: readonly RolloutEvidence[]): readonly string[] {
  return evidence.slice(0, MAX_OBJECTS).flatMap((each, index) => {
    const where = evidence.length > 1 ? `${each.object}: ` : ''
    return [
      `${where}${each.cause}`,
      ...each.pods.flatMap((pod) => [
        ...pod.conditions.filter((line) => !isKnown(line, each)).map((line) => `pod ${pod.name}: ${line}`),
        ...pod.containers
          .filter((container) => isTroubled(container))
          .flatMap((container) => renderContainer(pod.name, container, each)),
      ]),
      ...each.events
        .filter((event) => !isRepetition(event, messageOf(each.cause)))
        .slice(0, MAX_EVENTS)
        .map((event) => `event ${event}`),
      ...(index > 0 ? [`what to do: ${each.next}`] : []),
    ]
  })
}

function renderContainer(
  pod: string,
  { name, state, probes, log, previousLog }: ContainerEvidence,
  { cause }: RolloutEvidence,
): readonly string[] {
  const lines = choose(log, previousLog).slice(-MAX_LINES)
  const place = `pod ${pod}, container ${name}`
  return [
    ...(cause.startsWith(`${place}: `) && !state.startsWith('running') ? [] : [`${place}: ${state}`]),
    ...(state.startsWith('running') || cause.includes('probe') ? probes : []),
    ...lines.map((line) => `log: ${line}`),
  ]
}

/** The cluster's own words in a cause. */
function messageOf(cause: string): string {
  return cause
    .replace(/^pod [^:]*: /, '')
    .replace(/; (?:its log says: |it is of the earlier revision).*$/, '')
}

/** Of a container that was started anew, what it said before it ended: the new run has not failed yet. */
function choose(log: readonly string[], previous: readonly string[]): readonly string[] {
  return findTellingLine(log) === undefined || (previous.length > 0 && log.length < previous.length)
    ? previous
    : log
}

function isTroubled({ state, init }: ContainerEvidence): boolean {
  return state !== 'running' && !WAITING.includes(state) && !(init && /^exit 0\b/.test(state))
}

function isKnown(line: string, { cause }: RolloutEvidence): boolean {
  const said = line.slice(line.indexOf(': ') + 2).replace(/…$/, '')
  return cause.includes(said) || /^containers with (?:unready|incomplete) status/.test(said)
}
