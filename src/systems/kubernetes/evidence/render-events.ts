import { eventCount, eventTime, type KubernetesEvent } from '../status/objects.ts'
import { oneLine } from './one-line.ts'

/** The warnings about some objects, newest first: `FailedMount (3 times): …`. */
export function renderEvents(
  events: readonly KubernetesEvent[],
  uids: readonly (string | undefined)[],
): readonly string[] {
  return events
    .filter((event) => event.type === 'Warning' && uids.includes(event.involvedObject?.uid))
    .toSorted((one, other) => eventTime(other) - eventTime(one))
    .map((event) => {
      const count = eventCount(event)
      return oneLine(`${event.reason ?? ''}${count > 1 ? ` (${count} times)` : ''}: ${event.message ?? ''}`)
    })
}

/** Whether an event says nothing that a text does not: statuses repeat events, each with its own words before. */
export function isRepetition(event: string, text: string): boolean {
  const [, reason = '', message = ''] = /^(\w*)(?: \(\d+ times\))?: (.*)$/.exec(event) ?? []
  const said = message.replace(/^Error: /, '').replace(/…$/, '')
  const known = text.replace(/^\w+: /, '').replace(/…$/, '')
  if (reason === 'BackOff' || said === '' || /^\w+$/.test(said)) return true
  return text.includes(said) || (known !== '' && said.includes(known))
}
