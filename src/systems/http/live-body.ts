import type { IncomingMessage } from 'node:http'

import type { Activity } from '../clock/activity.ts'
import type { Clock } from '../clock/clock.ts'
import { HttpFailure, renderSeconds, type Subject } from './http-failure.ts'
import { readChunks } from './read-body.ts'

/**
 * The chunks of a body that goes on, with a limit on how long it may say nothing. Time spent by the reader between
 * two chunks does not count.
 *
 * @throws HttpFailure kind `silent` or `cut`; the signal's reason
 */
export async function* readLiveBody(
  incoming: IncomingMessage,
  subject: Subject,
  silenceMs: number,
  signal: AbortSignal,
  { clock, activity }: { readonly clock: Clock; readonly activity: Activity | undefined },
): AsyncGenerator<Uint8Array, void> {
  if ((incoming.headers['content-encoding'] ?? 'identity') !== 'identity') {
    incoming.destroy()
    throw new HttpFailure(subject, 'garbage', {
      summary: 'a content encoding that was not asked for',
      reached: true,
    })
  }
  const chunks = readChunks(incoming, subject, signal)
  try {
    for (;;) {
      const awaited = activity?.begin(subject.system)
      const silence = clock.deadline(silenceMs, () => silent(subject, silenceMs))
      silence.signal.addEventListener('abort', () => incoming.destroy(silence.signal.reason as Error))
      const next = await chunks.next().finally(() => {
        silence.clear()
        awaited?.()
      })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    incoming.destroy()
  }
}

function silent(subject: Subject, silenceMs: number): HttpFailure {
  return new HttpFailure(subject, 'silent', {
    summary: `nothing came for ${renderSeconds(silenceMs)}`,
    reached: true,
  })
}
