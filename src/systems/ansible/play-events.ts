import { isAbsolute, relative } from 'node:path'
import { withoutBrokenEnd } from '../../text/index.ts'
import type { EmptyPlay, FailedTask, HostRecap, PlaybookResult } from './ansible.ts'

/** What the callback plugin wrote about a play. */
export interface PlayEvents extends Omit<PlaybookResult, 'emptyPlays'> {
  readonly emptyPlays: readonly (EmptyPlay & {
    /** Parts of the pattern that name no group and no host of the inventory. */
    readonly unknown: readonly string[]
  })[]
  /** Hosts that could not be reached, with ssh's reason. */
  readonly unreachable: readonly FailedTask[]
  /** Whether the play came to its recap. */
  readonly complete: boolean
}

/**
 * Reads the plugin's JSON lines; a line that was cut off is passed over, since the exit code judges the play. Pure.
 *
 * @param folder paths of tasks are made relative to it
 */
export function parsePlayEvents(lines: string, folder: string): PlayEvents {
  const events = lines.split('\n').flatMap(parseEvent)
  const recap = events.filter((each) => each.event === 'recap').map(toRecap)
  // A failure that a rescue block has caught is none.
  const failing = new Set(recap.filter((host) => host.failed > 0).map((host) => host.host))
  const complete = events.some((each) => each.event === 'end')
  const tasksOf = (event: string): readonly FailedTask[] =>
    events.filter((each) => each.event === event).map((each) => toTask(each, folder))
  return {
    recap,
    failedTasks: tasksOf('failed').filter((task) => !complete || failing.has(task.host)),
    emptyPlays: events
      .filter((each) => each.event === 'empty')
      .map(({ play, hosts, unknown }) => ({ play: text(play), hosts: text(hosts), unknown: texts(unknown) })),
    unreachable: tasksOf('unreachable'),
    complete,
  }
}

type Event = Readonly<Record<string, unknown>>

function parseEvent(line: string): readonly Event[] {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? [value as Event] : []
  } catch {
    return []
  }
}

function toRecap(event: Event): HostRecap {
  const count = (key: string): number => (typeof event[key] === 'number' ? event[key] : 0)
  return {
    host: text(event.host),
    ok: count('ok'),
    changed: count('changed'),
    failed: count('failures'),
    unreachable: count('unreachable'),
    skipped: count('skipped'),
  }
}

function toTask(event: Event, folder: string): FailedTask {
  const path = text(event.path)
  const inside = relative(folder, path)
  const outside = path === '' || inside.startsWith('..') || isAbsolute(inside)
  return {
    host: text(event.host),
    task: text(event.task),
    path: outside ? undefined : inside,
    message: messageOf(event.parts).trim(),
  }
}

/** Of a part that the plugin has cut, what may be the first half of a secret at its end is left out. */
function messageOf(parts: unknown): string {
  const texts = (Array.isArray(parts) ? (parts as readonly unknown[]) : []).map((each) => {
    const { text: said, cut } = (each ?? {}) as Event
    return cut === true ? withoutBrokenEnd(text(said)) : text(said)
  })
  return texts.filter((each) => each !== '').join('\n')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : []
}
