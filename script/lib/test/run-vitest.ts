import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './run-check.ts'
import type { Tally } from './tally.ts'
import { tallyFile } from './tally-reporter.ts'

/** Runs one project of vitest.config.ts and counts its tests; a run without a tally is one failure. */
export async function runVitest(project: 'unit' | 'system' | 'e2e', folder: string): Promise<Tally> {
  const file = join(folder, `${project}.json`)
  const run = await runCheck(
    `${project} tests`,
    [
      'node_modules/.bin/node',
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      project,
      '--passWithNoTests=false',
      '--reporter=default',
      '--reporter=./script/lib/test/tally-reporter.ts',
    ],
    { env: { [tallyFile]: file } },
  )
  return readTally(file, run)
}

function readTally(path: string, run: Tally): Tally {
  let tally: Tally
  try {
    tally = JSON.parse(readFileSync(path, 'utf8')) as Tally
  } catch {
    return { ...run, passed: 0, failed: 1 }
  }
  // What the reporter has not seen, the run's own exit code still says.
  return run.failed > tally.failed ? { ...tally, failed: run.failed, failures: run.failures } : tally
}
