import { readdirSync, readFileSync } from 'node:fs'

/** The variable that every process of a call has, children of children too. */
export const CALL_MARK = 'E2E_CALL'

/** The command lines of living processes that a call started, however far down. */
export function findProcesses(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'environ').split('\0').includes(`${CALL_MARK}=${mark}`))
    .map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ')}`)
}

/** Empty for a process that has ended meanwhile, and for a zombie. */
function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
