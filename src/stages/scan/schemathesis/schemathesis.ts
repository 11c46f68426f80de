import { join } from 'node:path'

import type { DastSettings } from '../../../config/config.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'
import { scannerEnvironment } from '../scanner-environment.ts'
import { judgeReport } from './judge-report.ts'
import { warnOfSettings } from './read-settings.ts'
import { startService } from './start-service.ts'

const INSTALL = 'pipx install schemathesis'

/**
 * Starts the service, asks it what its API description allows and what it forbids, and ends it again. The answers are
 * held against the description; no other address is ever asked.
 *
 * @throws StagegateError E_TOOL_MISSING, E_PATH_OUTSIDE, E_SCAN_TARGET, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE
 */
export async function runSchemathesis(
  settings: DastSettings,
  workspace: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<ScannerReport> {
  const program = await findScanner(systems, 'schemathesis', INSTALL)
  if ((await systems.files.read(workspace, settings.target)) === undefined) {
    throw lacksEvidence(
      'schemathesis',
      `has nothing to go by: there is no ${settings.target} in the workspace`,
      {
        next: 'Correct scan.dast.target: the path of the OpenAPI document.',
      },
    )
  }
  const folder = await systems.files.makeFolder('schemathesis')
  const file = join(folder, 'schemathesis.json')
  const hiding = await warnOfSettings(workspace, systems, step)
  // SCHEMATHESIS_HOOKS loads code that can change every request and every check.
  const env = scannerEnvironment(systems, step, 'SCHEMATHESIS_', [])
  const service = await startService(settings, workspace, systems, step)
  try {
    const argv = schemathesisArguments(program, settings, file)
    const finished = await runScanner(argv, workspace, systems, step, env)
    // 0: every answer was right, 1: some were not
    if (finished.exitCode !== 0 && finished.exitCode !== 1) {
      throw lacksEvidence('schemathesis', `did not scan (exit code ${finished.exitCode})`, { finished })
    }
    const text = await systems.files.read(folder, file)
    if (text === undefined) throw lacksEvidence('schemathesis', 'wrote no report', { finished })
    const { exitCode } = finished
    const report = judgeReport({ text, exitCode, log: service.lastLines() }, settings, step)
    return hiding === undefined ? report : { ...report, evidence: `${report.evidence}; ${hiding}` }
  } finally {
    await service.end()
  }
}

/**
 * The user's arguments come first: of an option that is given twice, the last one counts. The document is named by a
 * path that cannot be read as an option.
 *
 * @param report absolute path of the JSON report
 */
export function schemathesisArguments(
  program: string,
  { args, target, waitFor }: Pick<DastSettings, 'args' | 'target' | 'waitFor'>,
  report: string,
): readonly [string, ...string[]] {
  return [
    program,
    'run',
    ...args,
    `--origin=${new URL(waitFor).origin}`,
    '--max-redirects=0',
    '--report=json',
    `--report-json-path=${report}`,
    '--generation-database=none',
    '--no-color',
    '--',
    target,
  ]
}
