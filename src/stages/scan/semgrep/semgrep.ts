import { join } from 'node:path'

import type { SastSettings } from '../../../config/config.ts'
import { parseJson, parseSemgrep } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { count } from '../name-some.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'
import { describeCoverage } from './describe-coverage.ts'
import { findMarked } from './find-marked.ts'
import { semgrepEnvironment } from './semgrep-environment.ts'

const INSTALL = 'pipx install semgrep'
const SHOWN_ERRORS = 10
const MARKED = 'marked nosemgrep in the code, which does not count; scan.ignore does'

/**
 * Static analysis with semgrep's own rules engine, of every file of the commit. The exit code is 0 with and without
 * findings; anything else means that it did not scan (https://semgrep.dev/docs/cli-reference#exit-codes).
 *
 * @throws StagegateError E_TOOL_MISSING, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE, E_CHECKOUT_NOT_GIT
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
  const checkout = await systems.git.listFiles(workspace, step.signal)
  const finished = await runScanner(
    semgrepArguments(program, settings.config, file),
    workspace,
    systems,
    step,
    await semgrepEnvironment(folder, systems, step),
  )
  if (finished.exitCode !== 0) {
    const isOld = /(?:no such|unknown) option/i.test(`${finished.stderr}${finished.stdout}`)
    throw lacksEvidence('semgrep', `ended with exit code ${finished.exitCode}`, {
      finished,
      ...(isOld ? { next: `Install a newer semgrep, 1.117 or later: ${INSTALL}` } : {}),
    })
  }
  const text = await systems.files.read(folder, file)
  if (text === undefined) throw lacksEvidence('semgrep', 'wrote no report', { finished })
  const report = parseSemgrep(parseJson(text, "semgrep's report"), workspace)
  const { findings, scanned, errors } = report
  for (const error of errors.slice(0, SHOWN_ERRORS)) step.log.warn(error)
  if (scanned === 0) {
    throw lacksEvidence('semgrep', 'looked at no file', {
      finished,
      next: 'Check that scan.sast.config has rules for the languages of the service, and that its files are committed.',
    })
  }
  const marked = await findMarked(findings, workspace, systems)
  const coverage = describeCoverage(report, checkout)
  const isOne = marked.size === 1
  return {
    tool: 'semgrep',
    findings,
    evidence:
      marked.size === 0
        ? coverage
        : `${coverage}; ${count(marked.size, 'finding')} ${isOne ? 'is' : 'are'} marked nosemgrep and ${isOne ? 'counts' : 'count'}`,
    notes: new Map([...marked].map((finding) => [finding, MARKED])),
  }
}

/**
 * Nothing is sent anywhere (`--metrics`, `--disable-version-check`); rules keep their own ids wherever their file is.
 * What semgrep would leave out by itself is looked at: files of `.semgrepignore` and of its default list (`tests/`,
 * `vendor/`, `*.min.js`, …), large files, and lines with a `nosemgrep` comment. `--verbose` puts into the report what it
 * leaves out all the same. A rule may take longer for a large file than semgrep's 5 s.
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
    '--x-ignore-semgrepignore-files',
    '--disable-nosem',
    '--max-target-bytes=0',
    '--timeout=30',
    '--verbose',
    '.',
  ]
}
