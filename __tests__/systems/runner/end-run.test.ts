import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'

import { systemClock } from '../../../src/systems/clock/clock.ts'
import { endRun } from '../../../src/systems/runner/end-run.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'

function startRun() {
  const runMark = randomUUID()
  const env = { PATH: process.env.PATH }
  const processes = createProcesses({ clock: systemClock, env, holdsSecret: () => false, runMark })
  const start = (kind: 'own' | 'foreign', script: string) =>
    processes.start({
      argv: ['/bin/sh', '-c', script],
      cwd: tmpdir(),
      env: processes.environment(kind),
      signal: new AbortController().signal,
    })
  return { runMark, start }
}

it('Everything that a killed run left is ended, whatever its group, and nothing of another run', async () => {
  const killed = startRun()
  const other = startRun()
  const tool = await killed.start('own', 'exec sleep 600')
  const moved = await killed.start('foreign', 'setsid sleep 600 & exec sleep 600')
  const deaf = await killed.start('foreign', "trap '' TERM; sleep 600")
  const untouched = await other.start('foreign', 'exec sleep 600')

  expect(await endRun(killed.runMark, systemClock)).toBeGreaterThanOrEqual(3)

  for (const child of [tool, moved, deaf]) expect((await child.finished).exitCode).not.toBe(0)
  expect(await endRun(killed.runMark, systemClock)).toBe(0)
  expect(process.kill(untouched.pid, 0)).toBe(true)
  await untouched.end()
})
