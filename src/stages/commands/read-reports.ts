import { createHash } from 'node:crypto'
import { relative } from 'node:path'

import { StagegateError } from '../../errors/index.ts'
import { type Finding, mergeTestSummaries, readReport, type TestSummary } from '../../findings/index.ts'
import type { Files } from '../../systems/runner/files.ts'

/** What the report files of a step say together. */
export interface Reports {
  /** Paths relative to the workspace of those that were read. */
  readonly read: readonly string[]
  /** Test reports that stand as they stood before the commands ran: left by an earlier run, and not counted. */
  readonly stale: readonly string[]
  readonly unreadable: readonly StagegateError[]
  /** Undefined when no report is about tests. */
  readonly tests: TestSummary | undefined
  readonly findings: readonly Finding[]
}

/** The digests of the report files that are there before a command runs, by absolute path. */
export async function digestReports(
  files: Files,
  workspace: string,
  globs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>()
  for (const path of await findReports(files, workspace, globs)) {
    digests.set(path, await digest(files, workspace, path))
  }
  return digests
}

/**
 * Reads the report files. A test report that is the same as before the commands ran says nothing about this run: times
 * make every new one different. A report of findings may well be the same; then its findings are, too.
 *
 * @param before from `digestReports`
 */
export async function readReports(
  files: Files,
  workspace: string,
  globs: readonly string[],
  before: ReadonlyMap<string, string>,
): Promise<Reports> {
  const read: string[] = []
  const stale: string[] = []
  const unreadable: StagegateError[] = []
  const summaries: TestSummary[] = []
  const findings: Finding[] = []
  for (const path of await findReports(files, workspace, globs)) {
    const source = relative(workspace, path)
    try {
      const report = await readReport(files.stream(workspace, path), source, workspace)
      const old = before.get(path)
      if (report.tests !== undefined && old !== undefined && old === (await digest(files, workspace, path))) {
        stale.push(source)
        continue
      }
      read.push(source)
      if (report.tests !== undefined) summaries.push(report.tests)
      findings.push(...report.findings)
    } catch (error) {
      if (!(error instanceof StagegateError)) throw error
      unreadable.push(error)
    }
  }
  const tests = summaries.length === 0 ? undefined : mergeTestSummaries(summaries)
  return { read, stale, unreadable, tests, findings }
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
