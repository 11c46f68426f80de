import { join } from 'node:path'

import { type Finding, type OsvReport, parseJson, parseOsvScanner } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Finished } from '../../../systems/runner/processes.ts'
import { count, nameSome } from '../name-some.ts'
import {
  findScanner,
  lacksEvidence,
  runScanner,
  type ScannerReport,
  type ScannerSystems,
} from '../scanner.ts'
import { scannerEnvironment } from '../scanner-environment.ts'
import { countUnscannable, findEmptyLockFiles } from './read-log.ts'
import { type Exemptions, findExemptions } from './find-exemptions.ts'

const INSTALL = 'go install github.com/google/osv-scanner/v2/cmd/osv-scanner@v2'
/** The folder of a local copy of the database; where it is set, nothing is asked over the network. */
const LOCAL_DATABASE = 'OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY'
/** Folders that osv-scanner is told to pass over. Of more of them what it finds is left out afterwards. */
const EXCLUDED_FOLDERS = 200
const EXEMPT = 'exempt in osv-scanner.toml, which does not count; scan.ignore does'

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
 * Known vulnerabilities of the dependencies that lock files and manifests name: of all of them in the workspace, but for
 * those in folders of which nothing is in the commit (`node_modules`, `.venv`).
 *
 * @throws StagegateError E_TOOL_MISSING, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE, E_CHECKOUT_NOT_GIT
 */
export async function runOsvScanner(
  workspace: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<ScannerReport> {
  const program = await findScanner(systems, 'osv-scanner', INSTALL)
  const folder = await systems.files.makeFolder('osv-scanner')
  const report = join(folder, 'osv-scanner.json')
  const config = join(folder, 'osv-scanner.toml')
  await systems.files.write(config, '')
  const checkout = await systems.git.listFiles(workspace, step.signal)
  const folders = checkout.untracked.filter((path) => path.endsWith('/'))
  const env = scannerEnvironment(systems, step, 'OSV_', [LOCAL_DATABASE])
  const isOffline = env[LOCAL_DATABASE] !== undefined
  const run = (excluded: readonly string[]): Promise<Finished> =>
    runScanner(
      osvScannerArguments(program, { report, config, isOffline, excluded }),
      workspace,
      systems,
      step,
      env,
    )
  let finished = await run(folders.slice(0, EXCLUDED_FOLDERS).map((each) => join(workspace, each)))
  // Before 2.3.3 it could not be told to pass over a folder.
  if (/not defined: -?-experimental-exclude/.test(finished.stderr)) finished = await run([])

  const isInside = (path: string): boolean => folders.some((each) => path.startsWith(each))
  const empty = findEmptyLockFiles(finished.stderr, workspace).filter((path) => !isInside(path))
  const exemptions = await findExemptions(checkout, workspace, systems)
  warnOfExemptions(exemptions, step)
  const suffix = describeRest(folders, exemptions)
  if (finished.exitCode === 128 && empty.length > 0) {
    const evidence = `${count(empty.length, 'lock file')}, no dependencies (${nameSome(empty)})${suffix}`
    return { tool: 'osv-scanner', findings: [], evidence }
  }
  // 1: vulnerabilities were found
  if (finished.exitCode !== 0 && finished.exitCode !== 1) {
    const { why, next } = meanings.get(finished.exitCode) ?? { why: 'did not scan' }
    throw lacksEvidence('osv-scanner', `${why} (exit code ${finished.exitCode})`, {
      finished,
      ...(next === undefined ? {} : { next }),
    })
  }
  const text = await systems.files.read(folder, report)
  if (text === undefined) throw lacksEvidence('osv-scanner', 'wrote no report', { finished })
  const found = parseOsvScanner(parseJson(text, "osv-scanner's report"), workspace, (path) => !isInside(path))
  const { findings, packages } = found
  if (packages === 0) throw looksAtNothing(found, finished)
  if (finished.exitCode === 1 && findings.length === 0 && found.leftOut.length === 0) {
    throw lacksEvidence('osv-scanner', 'says that it found something, but not what', { finished })
  }
  return {
    tool: 'osv-scanner',
    findings,
    evidence: `${packages} packages of ${found.sources.join(', ')}${describeUnscannable(finished)}${suffix}`,
    notes: noteExempt(findings, exemptions),
  }
}

function looksAtNothing({ leftOut }: OsvReport, finished: Finished): Error {
  if (leftOut.length === 0) return lacksEvidence('osv-scanner', 'looked at no package', { finished })
  return lacksEvidence('osv-scanner', 'found lock files only in folders that are not in the commit', {
    evidence: leftOut.map((path) => `left out: ${path}`).slice(0, 10),
    next: 'Commit the lock file; without dependencies, turn scan.dependencies off.',
  })
}

function describeUnscannable({ stderr }: Finished): string {
  const unscannable = countUnscannable(stderr)
  return unscannable === 0 ? '' : `; ${unscannable} of them cannot be looked up (local, or without a version)`
}

function warnOfExemptions(exemptions: readonly Exemptions[], step: StepContext): void {
  for (const { file, ids, overrides } of exemptions) {
    const parts = [
      ids.length === 0
        ? undefined
        : `${ids.length} ignored ${ids.length === 1 ? 'vulnerability' : 'vulnerabilities'} (${nameSome(ids, 20)})`,
      overrides === 0 ? undefined : count(overrides, 'package override'),
    ].filter((part) => part !== undefined)
    step.log.warn(
      `The gate does not take exemptions from ${file}: ${parts.join(' and ')}. Move what still holds to scan.ignore, with a reason and a last day.`,
    )
  }
}

function describeRest(folders: readonly string[], exemptions: readonly Exemptions[]): string {
  const exempt = exemptions.reduce((sum, { ids, overrides }) => sum + ids.length + overrides, 0)
  return [
    folders.length === 0
      ? ''
      : `; left out: ${count(folders.length, 'folder')} not in the commit (${nameSome(folders)})`,
    exempt === 0
      ? ''
      : `; ${count(exempt, 'exemption')} of ${exemptions.map(({ file }) => file).join(', ')} not taken`,
  ].join('')
}

function noteExempt(
  findings: readonly Finding[],
  exemptions: readonly Exemptions[],
): ReadonlyMap<Finding, string> {
  const ids = new Set(exemptions.flatMap((each) => each.ids))
  const exempt = findings.filter(({ rule, aliases = [] }) => [rule, ...aliases].some((id) => ids.has(id)))
  return new Map(exempt.map((finding) => [finding, EXEMPT]))
}

export interface OsvScannerPaths {
  /** Absolute path of the JSON report. */
  readonly report: string
  /** Absolute path of settings that stand in for every `osv-scanner.toml` of the workspace. */
  readonly config: string
  /** Whether there is a local copy of the database. */
  readonly isOffline: boolean
  /** Absolute paths of folders that are passed over. */
  readonly excluded: readonly string[]
}

/** `--no-ignore`: `.gitignore` says what is not added to a commit, and nothing of what is in it. */
export function osvScannerArguments(
  program: string,
  { report, config, isOffline, excluded }: OsvScannerPaths,
): readonly [string, ...string[]] {
  return [
    program,
    'scan',
    'source',
    '--format=json',
    `--output-file=${report}`,
    `--config=${config}`,
    '--no-ignore',
    '--all-packages',
    '--recursive',
    // The colon says that what follows is a path, whatever is in it.
    ...excluded.map((path) => `--experimental-exclude=:${path}`),
    ...(isOffline ? ['--offline'] : []),
    '.',
  ]
}
