import { join } from 'node:path'

import type { SastSettings } from '../../../config/config.ts'
import { parseJson, parseSemgrep } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'

const INSTALL = 'pipx install semgrep'
const SHOWN_ERRORS = 10

/**
 * Static analysis with semgrep's own rules engine. The exit code is 0 with and without findings; anything else means
 * that it did not scan (https://semgrep.dev/docs/cli-reference#exit-codes).
 *
 * @throws StagegateError E_TOOL_MISSING, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE
 */
export async function runSemgrep(
  settings: SastSettings,
  workspace: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<ScannerReport> {
  const program = await findScanner(systems, 'semgrep', INSTALL)
  const folder = await systems.files.makeFolder('semgrep')
  const file = join(folder, 'semgrep.json')
  const finished = await runScanner(
    semgrepArguments(program, settings.config, file),
    workspace,
    systems,
    step,
  )
  if (finished.exitCode !== 0) {
    throw lacksEvidence('semgrep', `ended with exit code ${finished.exitCode}`, { finished })
  }
  const text = await systems.files.read(folder, file)
  if (text === undefined) throw lacksEvidence('semgrep', 'wrote no report', { finished })
  const { findings, scanned, errors } = parseSemgrep(parseJson(text, "semgrep's report"), workspace)
  for (const error of errors.slice(0, SHOWN_ERRORS)) step.log.warn(error)
  if (scanned === 0) {
    throw lacksEvidence('semgrep', 'looked at no file', {
      finished,
      next: 'Check that scan.sast.config has rules for the languages of the service, and .semgrepignore.',
    })
  }
  return { tool: 'semgrep', findings, evidence: `${scanned} files` }
}

/**
 * Nothing is sent anywhere (`--metrics`, `--disable-version-check`); rules keep their own ids wherever their file is.
 *
 * @param report absolute path of the JSON report
 */
export function semgrepArguments(
  program: string,
  config: string,
  report: string,
): readonly [string, ...string[]] {
  return [
    program,
    'scan',
    `--config=${config}`,
    `--json-output=${report}`,
    '--metrics=off',
    '--disable-version-check',
    '--no-rewrite-rule-ids',
    '.',
  ]
}
