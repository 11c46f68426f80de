import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createActivity } from '../../../src/systems/clock/activity.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { listProcesses } from '../../../src/systems/runner/proc.ts'
import type { Command } from '../../../src/systems/runner/processes.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagegate-processes-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const activity = createActivity(systemClock)
const processes = createProcesses({
  clock: systemClock,
  env: { PATH: process.env.PATH, INPUT_TOKEN: 'x', PLAIN: 'y', HIDDEN: 'has canary inside' },
  holdsSecret: (text) => text.includes('canary'),
  runMark: randomUUID(),
  activity,
})

function shell(script: string, more: Partial<Command> = {}): Command {
  return {
    argv: ['/bin/sh', '-c', script],
    cwd: folder,
    env: processes.environment('foreign'),
    signal: new AbortController().signal,
    ...more,
  }
}

/** Runs until a file that the child writes is there, which says that the child has come so far. */
async function appears(name: string): Promise<string> {
  for (;;) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    if (text.endsWith('\n')) return text.trim()
    await systemClock.sleep(5)
  }
}

/** A zombie that nobody reaps does not count. */
async function alive(...pids: readonly number[]): Promise<readonly number[]> {
  const processes = await listProcesses()
  return pids.filter((pid) => processes.some((entry) => entry.pid === pid))
}

describe('A command', () => {
  it('gives back its output and its exit code, which is not judged', async () => {
    const finished = await processes.run(shell('echo out; echo err >&2; exit 3'))
    expect(finished).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('tells each chunk of its output as it arrives, with the stream it came from', async () => {
    const chunks: string[] = []
    const onOutput: Command['onOutput'] = (chunk, stream) =>
      chunks.push(`${stream} ${Buffer.from(chunk).toString()}`)
    await processes.run(shell('echo out; echo err >&2', { onOutput }))
    expect(chunks.toSorted()).toEqual(['stderr err\n', 'stdout out\n'])
  })

  it('reads its input, or nothing at all', async () => {
    expect((await processes.run(shell('cat', { input: 'given' }))).stdout).toBe('given')
    expect((await processes.run(shell('cat'))).stdout).toBe('')
  })

  it('may leave its input unread', async () => {
    const finished = await processes.run(shell('exit 0', { input: 'x'.repeat(1_000_000) }))
    expect(finished.exitCode).toBe(0)
  })

  it('that a signal ended has the exit code that a shell would give it', async () => {
    expect((await processes.run(shell('kill -KILL $$'))).exitCode).toBe(137)
  })

  it('keeps the beginning and the end of a long output', async () => {
    const finished = await processes.run(shell('echo first; seq 100000; echo last', { keepBytes: 100 }))
    expect(finished.stdout).toMatch(/^first\n1\n2\n[^]*\n… \d+ bytes left out …\n[^]*\n100000\nlast\n$/)
  })

  it('has its arguments as they are, whatever is in them', async () => {
    const argv = ['printf', '%s|', '$(touch pwned)', '`id`', '; true', '-n', 'a b\nc'] as const
    const finished = await processes.run(shell('', { argv }))
    expect(finished.stdout).toBe('$(touch pwned)|`id`|; true|-n|a b\nc|')
  })

  it('that does not wait for what it started does not make us wait for ever', async () => {
    const finished = await processes.run(shell('sleep 100 & echo $! > pid; exit 0'))
    expect(finished.exitCode).toBe(0)
    process.kill(Number(await appears('pid')))
  })

  it.each([
    [
      'is not on the PATH',
      { argv: ['no-such-tool-here'] as const },
      /no-such-tool-here cannot be started: it is not on/,
    ],
    ['has a NUL in an argument', { argv: ['echo', 'a\0b'] as const }, /echo cannot be started/],
    ['has no folder', { cwd: '/no/such/folder' }, /there is no folder \/no\/such\/folder/],
  ])('that %s is an error', async (_name, more, message) => {
    await expect(processes.run(shell('true', more))).rejects.toMatchObject({
      code: 'E_COMMAND_NOT_FOUND',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('An abort', () => {
  it('ends the whole process group and throws its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const running = processes.run(
      shell('sleep 100 & echo $! > child; echo $$ > parent; wait', { signal: controller.signal }),
    )
    const pids = [Number(await appears('child')), Number(await appears('parent'))]
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(await alive(...pids)).toEqual([])
  })

  it('kills what does not listen', async () => {
    const controller = new AbortController()
    const running = processes.run(
      shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.01; done", {
        signal: controller.signal,
        graceMs: 50,
      }),
    )
    const pid = Number(await appears('pid'))
    controller.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(await alive(pid)).toEqual([])
  })

  it('lets a command end on its own within the grace', async () => {
    const controller = new AbortController()
    const running = processes.run(
      shell("trap 'echo saved > saved; exit 0' TERM; echo ready > ready; while :; do sleep 0.01; done", {
        signal: controller.signal,
      }),
    )
    await appears('ready')
    controller.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(await appears('saved')).toBe('saved')
  })

  it('before the start starts nothing', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'))
    await expect(processes.run(shell('touch started', { signal }))).rejects.toThrow('cancelled')
    await expect(readFile(join(folder, 'started'))).rejects.toThrow('ENOENT')
  })
})

describe('A service beside the run', () => {
  it('goes on until it is ended', async () => {
    const service = await processes.start(shell('echo up; echo $$ > pid; exec sleep 100'))
    expect(Number(await appears('pid'))).toBe(service.pid)
    const finished = await service.end()
    expect(finished).toMatchObject({ exitCode: 143, stdout: 'up\n' })
    expect(await alive(service.pid)).toEqual([])
  })
})

describe('Survivors', () => {
  it('are what a foreign command left behind, in a session of its own too', async () => {
    await processes.run(shell('sleep 100 > /dev/null 2>&1 & echo $! > one'))
    await processes.run(shell('setsid sh -c "echo \\$\\$ > two; exec sleep 100" > /dev/null 2>&1 &'))
    await processes.run(shell('env -i /bin/sleep 100 > /dev/null 2>&1 & echo $! > three'))
    const left = [Number(await appears('one')), Number(await appears('two')), Number(await appears('three'))]
    const survivors = await processes.survivors()
    expect(survivors.map((survivor) => survivor.pid).toSorted()).toEqual(left.toSorted())
    expect(survivors.map((survivor) => survivor.command)).toContain('sleep 100')
    for (const pid of left) process.kill(pid)
  })

  it('are not those whose step still runs, nor tools of our own', async () => {
    const service = await processes.start(shell('echo $$ > pid; exec sleep 100'))
    await appears('pid')
    await processes.run(
      shell('sleep 100 > /dev/null 2>&1 & echo $! > own', { env: processes.environment('own') }),
    )
    const own = Number(await appears('own'))
    const survivors = (await processes.survivors()).map((survivor) => survivor.pid)
    expect(survivors).not.toContain(service.pid)
    expect(survivors).not.toContain(own)
    process.kill(own)
    await service.end()
  })
})

it("The environment of a child has no inputs, no known secret, and a step's mark only if it is foreign", () => {
  const foreign = processes.environment('foreign', { ADDED: '1' })
  expect(Object.keys(foreign).toSorted()).toEqual([
    'ADDED',
    'PATH',
    'PLAIN',
    'STAGEGATE_RUN',
    'STAGEGATE_STEP',
  ])
  expect(Object.keys(processes.environment('own')).toSorted()).toEqual(['PATH', 'PLAIN', 'STAGEGATE_RUN'])
  expect(processes.environment('foreign').STAGEGATE_STEP).not.toBe(foreign.STAGEGATE_STEP)
})

it('A tool is found on the PATH, and only as a file that can be executed', async () => {
  expect(await processes.find('sh')).toMatch(/^\/.*\/sh$/)
  expect(await processes.find('no-such-tool-here')).toBeUndefined()
  expect(await processes.find('../bin/sh')).toBeUndefined()
})

it('What a command takes is recorded as the time of others', async () => {
  const before = activity.spans().length
  await processes.run(shell('true'))
  expect(activity.spans().slice(before)).toEqual([expect.objectContaining({ first: 'sh', last: 'sh' })])
})
