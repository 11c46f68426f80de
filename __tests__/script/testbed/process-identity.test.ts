import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  isAlive,
  parseIsZombie,
  parseStartTime,
  readIdentity,
} from '../../../script/lib/testbed/process-identity.ts'

const stat = (name: string, state: string) =>
  `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 1 0 987654 1000 200`

describe('the identity of a process', () => {
  it.each(['sleep', 'tricky) R 1 (name', 'with space'])('is read past the name "%s"', (name) => {
    expect(parseStartTime(stat(name, 'S'))).toBe(987_654)
    expect(parseIsZombie(stat(name, 'S'))).toBe(false)
    expect(parseIsZombie(stat(name, 'Z'))).toBe(true)
  })

  it('is refused when the line has no start time', () => {
    expect(() => parseStartTime('4711 (sleep) S 1')).toThrow('not a line of /proc/PID/stat')
  })

  it('holds while the process runs, and not any longer', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    const identity = readIdentity(child.pid!)!
    expect(isAlive(identity)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(identity)).toBe(false)
  })

  it('is not that of another process with the same id, nor of one before the last boot', () => {
    const own = readIdentity(process.pid)!
    expect(isAlive(own)).toBe(true)
    expect(isAlive({ ...own, startTime: own.startTime - 1 })).toBe(false)
    expect(isAlive({ ...own, bootId: '00000000-0000-0000-0000-000000000000' })).toBe(false)
  })
})
