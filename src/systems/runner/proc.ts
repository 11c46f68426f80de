import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { cut } from '../../text/index.ts'

export interface ProcessEntry {
  readonly pid: number
  readonly group: number
  readonly session: number
}

/** The living processes of this machine, without zombies; empty where there is no /proc. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc').catch(() => [])
  const entries = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readEntry))
  return entries.filter((entry) => entry !== undefined)
}

/** A variable of a process's environment as it was at its start; undefined when absent or not ours to read. */
export async function readVariable(pid: number, name: string): Promise<string | undefined> {
  const environment = await readEnvironment(pid)
  const prefix = `${name}=`
  return environment
    .split('\0')
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length)
}

/** Milliseconds to wait for an environment that reads as empty. */
const EMPTY_FOR = [1, 2, 4, 8, 16, 32]

/**
 * While a process takes another program (`execve`), the kernel shows its environment as empty, for as long as it reads the
 * program and its interpreter: one read in fifteen of a process that does nothing else. Nobody may hide there.
 */
async function readEnvironment(pid: number): Promise<string> {
  const read = (): Promise<string> => readFile(`/proc/${pid}/environ`, 'utf8')
  try {
    let environment = await read()
    for (const pause of EMPTY_FOR) {
      if (environment !== '' || !(await hasMemory(pid))) break
      await sleep(pause)
      environment = await read()
    }
    return environment
  } catch {
    // It is gone, or another user's.
    return ''
  }
}

/** Threads of the kernel have none, and no environment either. */
async function hasMemory(pid: number): Promise<boolean> {
  return !(await readFile(`/proc/${pid}/statm`, 'utf8')).startsWith('0 ')
}

/** The command line for people: at most 120 characters. */
export async function readCommandLine(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return cut(line.split('\0').join(' ').trim(), 120)
}

/** `pid (name) state ppid group session …`; the name may hold anything, so what follows its last bracket is read. */
async function readEntry(pid: string): Promise<ProcessEntry | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, , group, session] = fields
  if (state === undefined || group === undefined || state === 'Z' || state === 'X') return undefined
  return { pid: Number(pid), group: Number(group), session: Number(session) }
}
