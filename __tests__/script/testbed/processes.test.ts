import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestbedFailure } from '../../../script/lib/testbed/failure.ts'
import { isAlive } from '../../../script/lib/testbed/process-identity.ts'
import { Processes, type ProcessStart } from '../../../script/lib/testbed/processes.ts'

let state: string
let processes: Processes
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'stagegate-processes-'))
  processes = new Processes(state)
})
afterEach(async () => {
  await processes.stopPart('test')
  rmSync(state, { recursive: true, force: true })
})

const sleeper: ProcessStart = {
  name: 'sleeper',
  part: 'test',
  argv: ['sleep', '600'],
  ready: () => Promise.resolve(),
}

describe('the processes of the testbed', () => {
  it('are found by the next command, and not started twice', async () => {
    expect(await processes.ensure(sleeper)).toBe(true)
    const first = processes.running('sleeper')!
    expect(await new Processes(state).ensure(sleeper)).toBe(false)
    expect(processes.running('sleeper')).toEqual(first)
  })

  it('are started again when their configuration has changed', async () => {
    await processes.ensure({ ...sleeper, configuration: ['a'] })
    const first = processes.running('sleeper')!
    expect(await processes.ensure({ ...sleeper, configuration: ['b'] })).toBe(true)
    expect(isAlive(first.identity)).toBe(false)
    expect(isAlive(processes.running('sleeper')!.identity)).toBe(true)
  })

  it('are started again when they have died', async () => {
    await processes.ensure(sleeper)
    const first = processes.running('sleeper')!
    process.kill(first.identity.pid, 'SIGKILL')
    await expect.poll(() => isAlive(first.identity)).toBe(false)
    expect(await processes.ensure(sleeper)).toBe(true)
  })

  it('end when they are told to, and leave no record', async () => {
    await processes.ensure(sleeper)
    const { identity } = processes.running('sleeper')!
    await processes.stop('sleeper')
    expect(isAlive(identity)).toBe(false)
    expect(processes.records()).toEqual([])
  })

  it('end even when they ignore SIGTERM', async () => {
    const script = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ignores')`
    const log = join(state, 'log', 'stubborn.log')
    await processes.ensure({
      ...sleeper,
      name: 'stubborn',
      argv: [process.execPath, '-e', script],
      ready: () =>
        readFileSync(log, 'utf8').includes('ignores')
          ? Promise.resolve()
          : Promise.reject(new Error('not yet')),
    })
    const { identity } = processes.running('stubborn')!
    await processes.stop('stubborn', 0.2)
    expect(isAlive(identity)).toBe(false)
  })

  it('leave a stranger alone that has got the id of a recorded one', async () => {
    await processes.ensure(sleeper)
    const record = processes.running('sleeper')!
    const file = join(state, 'processes', 'sleeper.json')
    const aged = { ...record, identity: { ...record.identity, startTime: record.identity.startTime - 1 } }
    writeFileSync(file, JSON.stringify(aged))
    await processes.stop('sleeper')
    expect(isAlive(record.identity)).toBe(true)
    writeFileSync(file, JSON.stringify(record))
  })

  it('say their last words when they end at their start', async () => {
    const failing = processes.ensure({
      ...sleeper,
      argv: ['sh', '-c', 'echo no such port >&2; exit 3'],
      ready: () => Promise.reject(new Error('refused')),
    })
    const failure = await failing.catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TestbedFailure)
    expect(failure).toMatchObject({ message: 'sleeper ended at its start' })
    expect((failure as TestbedFailure).evidence).toContain('no such port')
  })

  it('are not started where another process listens: its answers would be taken for theirs', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const starting = processes.ensure({ ...sleeper, listens: [`127.0.0.1:${port}`] })
      await expect(starting).rejects.toThrow(
        `sleeper needs 127.0.0.1:${port}, and another process listens there`,
      )
      expect(processes.records()).toEqual([])
    } finally {
      other.close()
    }
  })
})
