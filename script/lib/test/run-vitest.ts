import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './run-check.ts'
import { noTests, type Tally } from './tally.ts'

/** Runs one project of vitest.config.ts and counts its tests; a run without a report is one failure. */
export async function runVitest(project: 'unit' | 'system' | 'e2e', folder: string): Promise<Tally> {
  const report = join(folder, `${project}.json`)
  const { failed } = await runCheck(`${project} tests`, [
    'node_modules/.bin/node',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--passWithNoTests=false',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  return countTests(report, failed)
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

function countTests(path: string, failedRun: number): Tally {
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  } catch {
    return { ...noTests, failed: 1 }
  }
  // A file that cannot be loaded has no test in it; the run's own exit code still says so.
  const failed = Math.max(report.numFailedTests, failedRun)
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests }
}
