import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { listProcesses, readVariable } from '../../../src/systems/runner/proc.ts'

const folder = mkdtempSync(join(tmpdir(), 'stagegate-proc-'))
const children: ChildProcess[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function start(program: string, env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, ['600'], { env, stdio: 'ignore' })
  children.push(child)
  await new Promise((resolve) => child.once('spawn', resolve))
  return child.pid ?? 0
}

test('A process that takes one program after another is never without its environment', async () => {
  const restless = join(folder, 'restless.sh')
  writeFileSync(restless, '#!/bin/sh\nexec "$0"\n', { mode: 0o755 })
  const pid = await start(restless, { PATH: process.env.PATH, MARK: 'here' })
  const seen = new Set<string | undefined>()
  for (let reads = 0; reads < 500; reads += 1) seen.add(await readVariable(pid, 'MARK'))
  expect([...seen]).toEqual(['here'])
})

test('A variable is absent that a process does not have, that has none, or that is gone', async () => {
  expect(
    await readVariable(await start('/bin/sleep', { OTHER: 'MARK=x', MARKS: 'y' }), 'MARK'),
  ).toBeUndefined()
  expect(await readVariable(await start('/bin/sleep', {}), 'MARK')).toBeUndefined()
  expect(await readVariable(2 ** 30, 'MARK')).toBeUndefined()
})

test('The living processes are listed with their groups and sessions', async () => {
  const pid = await start('/bin/sleep', {})
  const own = (await listProcesses()).find((entry) => entry.pid === process.pid)
  expect((await listProcesses()).find((entry) => entry.pid === pid)).toEqual({ ...own, pid })
})
