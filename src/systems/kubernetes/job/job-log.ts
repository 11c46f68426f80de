import type { Connected } from '../connected.ts'
import type { Pod } from '../status/objects.ts'
import { BoundedLog } from '../logs/bounded-log.ts'
import { followLog } from '../logs/follow-log.ts'

/** What is still to come of a log when its Job has ended. Milliseconds. */
const LAST_LINES_TIME = 10_000

/** The log of a Job's pods, one after the other as they start, each of its first container. */
export class JobLog {
  readonly #connected: Connected
  readonly #onLog: (chunk: Uint8Array) => void
  readonly #kept = new BoundedLog()
  readonly #closed = new AbortController()
  readonly #followed = new Map<string, Promise<void>>()

  constructor(connected: Connected, onLog: (chunk: Uint8Array) => void) {
    this.#connected = connected
    this.#onLog = onLog
  }

  /** Begins to follow a pod as soon as its container has started; once, however often it is called. */
  follow(pod: Pod): void {
    const { uid = '', name, namespace = '' } = pod.metadata
    const container = pod.status?.containerStatuses?.[0]
    const started = container?.state?.running ?? container?.state?.terminated
    if (started === undefined || container === undefined || this.#followed.has(uid)) return
    const { client, clock } = this.#connected
    const source = { namespace, pod: name, container: container.name }
    this.#followed.set(
      uid,
      followLog(client, clock, source, this.#closed.signal, (text) => {
        this.#write(text)
      }).then((lost) => {
        if (lost !== undefined)
          this.#write(`(The log of pod ${name} is not shown any further: ${lost.message})`)
      }),
    )
  }

  #write(text: string): void {
    const line = Buffer.from(`${text}\n`)
    this.#kept.add(line)
    this.#onLog(line)
  }

  /** Resolves when all logs were read to their ends, or when that takes too long. */
  async ended(): Promise<void> {
    const { clock } = this.#connected
    const late = clock.deadline(LAST_LINES_TIME, () => new Error('the log takes too long'))
    late.signal.addEventListener('abort', () => {
      this.close()
    })
    try {
      await Promise.all(this.#followed.values())
    } finally {
      late.clear()
    }
  }

  close(): void {
    this.#closed.abort()
  }

  text(): string {
    return this.#kept.text()
  }
}
