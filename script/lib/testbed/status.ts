import type { PartialDescription } from './description.ts'
import { parts } from './parts/all.ts'
import { accepts } from './port.ts'
import { isAlive } from './process-identity.ts'
import type { ProcessRecord } from './processes.ts'

export interface Status {
  readonly text: string
  /** True when every part is described, and every recorded process runs and answers. */
  readonly allUp: boolean
}

/** A process, and what is wrong with it. */
export interface ProcessState {
  readonly record: ProcessRecord
  readonly problem?: string
}

/** Looks whether each process still runs and takes connections: one that runs may have lost its address. */
export function readProcessStates(records: readonly ProcessRecord[]): Promise<ProcessState[]> {
  return Promise.all(
    records.map(async (record) => {
      if (!isAlive(record.identity)) return { record, problem: `has ended, see ${record.log}` }
      const answers = await Promise.all(record.answersAt.map(accepts))
      const silent = record.answersAt.filter((_, index) => !answers[index])
      return silent.length === 0 ? { record } : { record, problem: `does not answer at ${silent.join(', ')}` }
    }),
  )
}

/** A line per part: up, down, or what is wrong with its processes. */
export function renderStatus(described: PartialDescription, states: readonly ProcessState[]): Status {
  let allUp = true
  const lines = Object.values(parts).map((part) => {
    const own = states.filter(({ record }) => record.part === part.name)
    const isBroken = own.some(({ problem }) => problem !== undefined)
    const isUp = part.name in described && !isBroken
    if (!isUp) allUp = false
    const state = isUp ? 'up' : isBroken ? 'broken' : 'down'
    const detail = own.map(({ record, problem }) => `${record.name} ${problem ?? `(${record.identity.pid})`}`)
    return [part.name.padEnd(13), state.padEnd(7), part.title.padEnd(26), detail.join(', ')]
      .join(' ')
      .trimEnd()
  })
  return { text: lines.join('\n'), allUp }
}
