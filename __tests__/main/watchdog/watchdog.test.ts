import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RUN_MARK } from '../../../src/systems/runner/child-environment.ts'

const program = join(import.meta.dirname, 'blocked-program.ts')

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly temporary: string
  readonly mark: string
}

/** @param pauseMs stops the whole process for so long, as a machine that stands still does */
async function run(env: Readonly<Record<string, string>>, pauseMs = 0): Promise<Ended> {
  const temporary = join(mkdtempSync(join(tmpdir(), 'watchdog-')), 'run')
  mkdirSync(temporary)
  const mark = randomUUID()
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, TEMPORARY: temporary, MARK: mark, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  if (pauseMs > 0) {
    await sleep(1000)
    child.kill('SIGSTOP')
    await sleep(pauseMs)
    child.kill('SIGCONT')
  }
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, output, temporary, mark })
    })
  })
}

describe.concurrent('the watchdog', () => {
  it('ends a run whose loop is blocked when its time is over, and says so', async () => {
    const ended = await run({ BLOCK_MS: '60000', LIMIT_MS: '1500' })
    expect(ended).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(ended.output).toContain('::error::main: The run was busy with one computation')
    expect(ended.output).toContain('E_RUN_BLOCKED')
    expect(existsSync(ended.temporary)).toBe(false)
  })

  it('ends the children of such a run', async () => {
    const mark = randomUUID()
    const child = spawn('sleep', ['600'], {
      env: { ...process.env, [RUN_MARK]: mark },
      detached: true,
      stdio: 'ignore',
    })
    const gone = new Promise((resolve) =>
      child.on('exit', (_, signal) => {
        resolve(signal)
      }),
    )
    await run({ BLOCK_MS: '60000', LIMIT_MS: '500', MARK: mark })
    expect(await gone).toBe('SIGTERM')
  })

  it('leaves a run alone that is blocked for a while within its time', async () => {
    expect(await run({ BLOCK_MS: '2500', LIMIT_MS: '60000' })).toMatchObject({
      code: 0,
      output: 'ended by itself\n',
    })
  })

  it('leaves a run alone whose limit was taken back', async () => {
    const ended = await run({ BLOCK_MS: '2500', LIMIT_MS: '300', TAKE_BACK: 'true' })
    expect(ended).toMatchObject({ code: 0, output: 'ended by itself\n' })
  })

  it('does not take a process that was stopped for one whose loop is blocked', async () => {
    const ended = await run({ BLOCK_MS: '1', IDLE_MS: '6000', LIMIT_MS: '1500' }, 3000)
    expect(ended).toMatchObject({ code: 0, output: 'ended by itself\n' })
  })
})
