import type { Console } from '../../src/main/console.ts'
import { systemClock } from '../../src/systems/clock/clock.ts'
import { createHttp } from '../../src/systems/http/create-http.ts'

export interface RecordingConsole extends Pick<Console, 'http' | 'redact' | 'warn'> {
  readonly output: Console['output']
  /** What was said, in order; warnings with a `!` before them. */
  readonly said: readonly string[]
}

/** What writes to GitHub need of the console of a run, on the real network. */
export function createRecordingConsole(): RecordingConsole {
  const said: string[] = []
  return {
    said,
    http: createHttp({ clock: systemClock, userAgent: 'stagegate/test', env: {} }),
    redact: (text) => text.replaceAll('hunter2', '***'),
    warn: (text) => said.push(`! ${text}`),
    output: { info: (text: string) => said.push(text) } as unknown as Console['output'],
  }
}
