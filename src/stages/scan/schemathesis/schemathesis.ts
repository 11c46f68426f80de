import { join } from 'node:path'

import type { DastSettings } from '../../../config/config.ts'
import { parseJson, parseSchemathesis, renderFinding } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'
import { startService } from './start-service.ts'

const INSTALL = 'pipx install schemathesis'
const SHOWN_FINDINGS = 5

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
  const service = await startService(settings, workspace, systems, step)
  try {
    const argv = schemathesisArguments(program, settings, file)
    const finished = await runScanner(argv, workspace, systems, step)
    // 0: every answer was right, 1: some were not
    if (finished.exitCode !== 0 && finished.exitCode !== 1) {
      throw lacksEvidence('schemathesis', `did not scan (exit code ${finished.exitCode})`, { finished })
    }
    const text = await systems.files.read(folder, file)
    if (text === undefined) throw lacksEvidence('schemathesis', 'wrote no report', { finished })
    return judgeReport(text, settings.target, finished.exitCode, service.lastLines())
  } finally {
    await service.end()
  }
}

/** @param log the last lines of the service, as evidence */
function judgeReport(text: string, target: string, exitCode: number, log: readonly string[]): ScannerReport {
  const report = parseSchemathesis(parseJson(text, "schemathesis' report"), target)
  const { findings, tested, selected, requests, errors } = report
  const evidence = [
    ...errors,
    ...findings.slice(0, SHOWN_FINDINGS).map(renderFinding),
    ...log.map((line) => `service: ${line}`),
  ]
  if (!report.complete || errors.length > 0) {
    throw lacksEvidence('schemathesis', `could not finish: ${errors.join(', ') || 'it was interrupted'}`, {
      evidence,
      next: 'Find out from its log above why the service stopped answering.',
    })
  }
  if (tested === 0) {
    throw lacksEvidence('schemathesis', `asked none of the ${selected} operations of ${target}`, { evidence })
  }
  if (exitCode === 1 && findings.length === 0) {
    throw lacksEvidence('schemathesis', 'says that it found something, but not what', { evidence })
  }
  return {
    tool: 'schemathesis',
    findings,
    evidence: `${tested} of ${selected} operations of ${target} with ${requests} requests`,
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
