import type { StagegateError } from '../../../errors/index.ts'
import type { RolloutLogLine } from '../rollout-contract.ts'
import type { Connected } from '../connected.ts'
import { type ContainerStatus, isTerminating, type Pod } from '../status/objects.ts'
import { containersOf } from '../status/containers.ts'
import { followLog, type LogPosition } from './follow-log.ts'
import { LogLimit } from './log-limit.ts'

/** Each is a connection. */
const MAX_PODS = 8

export interface LiveLogsOptions {
  /** Of how many new pods of each object the log is followed. */
  readonly replicas: number
  readonly onLine: (line: RolloutLogLine) => void
  /** A text for people; once for each container, and once in all where logs may not be read. */
  readonly onLost: (text: string) => void
}

interface Followed {
  readonly position: LogPosition
  readonly limit: LogLimit
  /** The run of the container that was followed last. */
  restarts: number
  /** Reads go on. */
  open: boolean
}

/**
 * The logs of new pods as they are written: of so many pods for each object, every container, its restarts too. Bounded
 * for each container; a log that cannot be read is left out, which is said.
 */
export class LiveLogs {
  readonly #connected: Connected
  readonly #options: LiveLogsOptions
  readonly #closed = new AbortController()
  readonly #chosen = new Map<string, Set<string>>()
  readonly #followed = new Map<string, Followed>()
  readonly #reading = new Set<Promise<void>>()
  readonly #lost = new Set<string>()

  constructor(connected: Connected, options: LiveLogsOptions) {
    this.#connected = connected
    this.#options = options
  }

  /** Follows what has started by now of an object's new pods; called again whenever something has changed. */
  follow(object: string, pods: readonly Pod[]): void {
    const chosen = this.#chosen.get(object) ?? new Set()
    this.#chosen.set(object, chosen)
    const live = pods.filter((pod) => !isTerminating(pod))
    for (const uid of chosen) if (!live.some((pod) => pod.metadata.uid === uid)) chosen.delete(uid)
    for (const pod of live) {
      const { uid = '' } = pod.metadata
      if (!chosen.has(uid)) {
        if (chosen.size >= this.#options.replicas || this.#countPods() >= MAX_PODS) continue
        if (!containersOf(pod).some(hasStarted)) continue
        chosen.add(uid)
      }
      for (const status of containersOf(pod)) if (hasStarted(status)) this.#read(pod, status)
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error('the rollout is over'))
    await Promise.all(this.#reading)
  }

  #countPods(): number {
    return [...this.#chosen.values()].reduce((sum, uids) => sum + uids.size, 0)
  }

  #read(pod: Pod, { name: container, restartCount = 0 }: ContainerStatus): void {
    const { uid = '', name, namespace = '' } = pod.metadata
    const key = `${uid}/${container}`
    const followed: Followed = this.#followed.get(key) ?? {
      position: { last: '' },
      limit: new LogLimit(),
      restarts: -1,
      open: false,
    }
    this.#followed.set(key, followed)
    if (followed.open || followed.restarts >= restartCount || followed.limit.isReached()) return
    followed.open = true
    followed.restarts = restartCount
    const enough = new AbortController()
    const reading = followLog(
      this.#connected.client,
      this.#connected.clock,
      { namespace, pod: name, container },
      AbortSignal.any([this.#closed.signal, enough.signal]),
      (text) => {
        for (const line of followed.limit.take(text))
          this.#options.onLine({ pod: name, container, text: line })
        if (followed.limit.isReached()) enough.abort(new Error('enough of this log'))
      },
      followed.position,
    ).then((lost) => {
      followed.open = false
      if (lost !== undefined) this.#say(lost, `pod ${name}, container ${container}`)
      this.#reading.delete(reading)
    })
    this.#reading.add(reading)
  }

  #say({ code, message }: StagegateError, of: string): void {
    const key = code === 'E_KUBE_FORBIDDEN' ? code : of
    if (this.#lost.has(key)) return
    this.#lost.add(key)
    this.#options.onLost(`The log of ${of} is not shown any further: ${message}`)
  }
}

function hasStarted({ state, lastState }: ContainerStatus): boolean {
  return (
    state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined
  )
}
