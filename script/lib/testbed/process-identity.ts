import { readFileSync } from 'node:fs'

/** Names one process for ever: process ids are used again, so the start time and the boot belong to the name. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks after boot at which the process started: field 22 of /proc/PID/stat, see proc(5). */
  readonly startTime: number
  /** /proc/sys/kernel/random/boot_id: ticks are counted anew after each boot. */
  readonly bootId: string
}

/** The start time in a line of /proc/PID/stat. The program's name in parentheses may hold spaces and parentheses. */
export function parseStartTime(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startTime = Number(afterName[19])
  if (!Number.isInteger(startTime)) throw new Error(`not a line of /proc/PID/stat: ${stat}`)
  return startTime
}

/** True for a process that has ended but was not yet waited for by its parent. */
export function parseIsZombie(stat: string): boolean {
  return ['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))
}

function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** The identity of a running process, or undefined when there is none with this id. */
export function readIdentity(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    if (parseIsZombie(stat)) return undefined
    return { pid, startTime: parseStartTime(stat), bootId: readBootId() }
  } catch {
    return undefined
  }
}

/** True while exactly the recorded process runs, and not another one that got its id. */
export function isAlive(recorded: ProcessIdentity): boolean {
  const found = readIdentity(recorded.pid)
  return found?.startTime === recorded.startTime && found.bootId === recorded.bootId
}

/**
 * Kills what is left of the process group of a recorded process that has ended itself. The kernel gives a process id to
 * nobody else while a group of that name has members: a stranger with the id means that there is no such group.
 */
export function killOrphans(recorded: ProcessIdentity): void {
  const namesake = readIdentity(recorded.pid)
  if (namesake !== undefined && namesake.startTime !== recorded.startTime) return
  if (readBootId() !== recorded.bootId) return
  try {
    process.kill(-recorded.pid, 'SIGKILL')
  } catch {
    // Nothing is left of it.
  }
}
