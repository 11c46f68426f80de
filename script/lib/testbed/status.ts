import type { PartialDescription } from './description.ts'
import { parts } from './parts/all.ts'
import { isAlive } from './process-identity.ts'
import type { ProcessRecord } from './processes.ts'

export interface Status {
  readonly text: string
  /** True when every part is described and every recorded process runs. */
  readonly allUp: boolean
}

/** A line per part: up, down, or which of its processes has ended. */
export function renderStatus(described: PartialDescription, records: readonly ProcessRecord[]): Status {
  let allUp = true
  const lines = Object.values(parts).map((part) => {
    const own = records.filter((record) => record.part === part.name)
    const ended = own.filter((record) => !isAlive(record.identity))
    const isUp = part.name in described && ended.length === 0
    if (!isUp) allUp = false
    const state = isUp ? 'up' : ended.length > 0 ? 'broken' : 'down'
    const detail = [
      ...own
        .filter((record) => !ended.includes(record))
        .map((record) => `${record.name} (${record.identity.pid})`),
      ...ended.map((record) => `${record.name} has ended, see ${record.log}`),
    ]
    return [part.name.padEnd(13), state.padEnd(7), part.title.padEnd(26), detail.join(', ')]
      .join(' ')
      .trimEnd()
  })
  return { text: lines.join('\n'), allUp }
}
