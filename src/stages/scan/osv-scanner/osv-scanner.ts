import { join } from 'node:path'

import { parseJson, parseOsvScanner } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'

const INSTALL = 'go install github.com/google/osv-scanner/v2/cmd/osv-scanner@v2'
/** The folder of a local copy of the database; where it is set, nothing is asked over the network. */
const LOCAL_DATABASE = 'OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY'

/** What osv-scanner means by its exit codes (https://google.github.io/osv-scanner/output/#return-codes). */
const meanings: ReadonlyMap<number, { readonly why: string; readonly next?: string }> = new Map([
  [127, { why: 'could not finish the scan' }],
  [
    128,
    {
      why: 'found no lock file or manifest',
      next: 'Commit the lock file; without dependencies, turn scan.dependencies off.',
    },
  ],
])

/**
 * Known vulnerabilities of the dependencies that lock files and manifests name.
 *
 * @throws StagegateError E_TOOL_MISSING, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE
 */
export async function runOsvScanner(
  workspace: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<ScannerReport> {
  const program = await findScanner(systems, 'osv-scanner', INSTALL)
  const folder = await systems.files.makeFolder('osv-scanner')
  const file = join(folder, 'osv-scanner.json')
  const isOffline = systems.processes.environment('own')[LOCAL_DATABASE] !== undefined
  const finished = await runScanner(osvScannerArguments(program, file, isOffline), workspace, systems, step)
  // 1: vulnerabilities were found
  if (finished.exitCode !== 0 && finished.exitCode !== 1) {
    const { why, next } = meanings.get(finished.exitCode) ?? { why: 'did not scan' }
    throw lacksEvidence('osv-scanner', `${why} (exit code ${finished.exitCode})`, {
      finished,
      ...(next === undefined ? {} : { next }),
    })
  }
  const text = await systems.files.read(folder, file)
  if (text === undefined) throw lacksEvidence('osv-scanner', 'wrote no report', { finished })
  const { findings, packages, sources } = parseOsvScanner(parseJson(text, "osv-scanner's report"), workspace)
  if (packages === 0) throw lacksEvidence('osv-scanner', 'looked at no package', { finished })
  if (finished.exitCode === 1 && findings.length === 0) {
    throw lacksEvidence('osv-scanner', 'says that it found something, but not what', { finished })
  }
  return { tool: 'osv-scanner', findings, evidence: `${packages} packages of ${sources.join(', ')}` }
}

/** @param report absolute path of the JSON report */
export function osvScannerArguments(
  program: string,
  report: string,
  isOffline: boolean,
): readonly [string, ...string[]] {
  return [
    program,
    'scan',
    'source',
    '--format=json',
    `--output-file=${report}`,
    '--all-packages',
    '--recursive',
    ...(isOffline ? ['--offline'] : []),
    '.',
  ]
}
