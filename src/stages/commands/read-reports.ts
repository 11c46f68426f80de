import { createHash } from 'node:crypto'
import { relative } from 'node:path'

import { StagegateError } from '../../errors/index.ts'
import { type Finding, mergeTestSummaries, readReport, type TestSummary } from '../../findings/index.ts'
import type { Files } from '../../systems/runner/files.ts'

/** What the report files of a step say together. */
export interface Reports {
  /** Paths relative to the workspace of those that were read. */
  readonly read: readonly string[]
  /** Those that were there before the commands ran, and were not written since: they say nothing about this run. */
  readonly stale: readonly string[]
  /** Those that cannot be read, or whose tool says that it failed. */
  readonly unreadable: readonly StagegateError[]
  /** Undefined when no report is about tests. */
  readonly tests: TestSummary | undefined
  readonly findings: readonly Finding[]
  /** What the findings leave out: `reports/a.sarif: of 10049 findings the worst 10000 are kept`. */
  readonly notes: readonly string[]
}

/** A report file before the commands run. */
interface Before {
  readonly stamp: string | undefined
  readonly digest: string
}

/** The report files that are there before a command runs, by absolute path. */
export async function rememberReports(
  files: Files,
  workspace: string,
  globs: readonly string[],
): Promise<ReadonlyMap<string, Before>> {
  const before = new Map<string, Before>()
  for (const path of await findReports(files, workspace, globs)) {
    before.set(path, { stamp: await files.stamp(path), digest: await digest(files, workspace, path) })
  }
  return before
}

/**
 * Reads the report files that the commands wrote. One that lies there from the commit, an earlier step or an earlier run
 * says nothing about this one; a tool that wrote the same again did say it.
 *
 * @param before from `rememberReports`
 */
export async function readReports(
  files: Files,
  workspace: string,
  globs: readonly string[],
  before: ReadonlyMap<string, Before>,
): Promise<Reports> {
  const read: string[] = []
  const stale: string[] = []
  const unreadable: StagegateError[] = []
  const summaries: TestSummary[] = []
  const findings: Finding[] = []
  const notes: string[] = []
  for (const path of await findReports(files, workspace, globs)) {
    const source = relative(workspace, path)
    if (await isStale(files, workspace, path, before.get(path))) {
      stale.push(source)
      continue
    }
    try {
      const report = await readReport(files.stream(workspace, path), source, workspace)
      read.push(source)
      if (report.tests !== undefined) summaries.push(report.tests)
      findings.push(...report.findings)
      notes.push(...report.notes.map((note) => `${source}: ${note}`))
      if (report.failure !== undefined) unreadable.push(explainFailure(source, report.failure))
    } catch (error) {
      if (!(error instanceof StagegateError)) throw error
      unreadable.push(error)
    }
  }
  const tests = summaries.length === 0 ? undefined : mergeTestSummaries(summaries)
  return { read, stale, unreadable, tests, findings, notes }
}

/** The error for commands that ended well and left no report of their own. */
export function missingReport({ stale }: Reports, globs: readonly string[]): StagegateError {
  const where = globs.join(', ')
  if (stale.length === 0) {
    return new StagegateError('E_REPORT_MISSING', {
      message: `The command ended well, but left no report at ${where}.`,
    })
  }
  return new StagegateError('E_REPORT_MISSING', {
    message: `The command ended well, but wrote no report: what is at ${where} was there before it.`,
    evidence: stale,
    next: 'Check that the command writes the reports there, and remove old ones from the commit or before the command.',
  })
}

function explainFailure(source: string, failure: string): StagegateError {
  return new StagegateError('E_REPORT_UNREADABLE', {
    message: `${source} is not the report of a whole run: ${failure}.`,
    next: 'Correct what the tool complains about, so that it looks at everything.',
  })
}

async function isStale(
  files: Files,
  workspace: string,
  path: string,
  before: Before | undefined,
): Promise<boolean> {
  if (before === undefined || before.stamp !== (await files.stamp(path))) return false
  // Written in place by a tool that sets the time itself: only the bytes tell.
  return before.digest === (await digest(files, workspace, path))
}

async function findReports(
  files: Files,
  workspace: string,
  globs: readonly string[],
): Promise<readonly string[]> {
  return globs.length === 0 ? [] : files.find(workspace, globs)
}

async function digest(files: Files, workspace: string, path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of files.stream(workspace, path)) hash.update(chunk)
  return hash.digest('hex')
}
