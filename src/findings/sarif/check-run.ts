import { unreadableReport } from '../limits.ts'
import { arrayAt, numberAt, stringAt, valueAt } from '../json.ts'
import { cut } from '../../text/index.ts'

/** What section 3.27.9 of the standard allows. `open` and `review` ask a person to look. */
const kinds: ReadonlySet<string> = new Set([
  'fail',
  'open',
  'review',
  'pass',
  'informational',
  'notApplicable',
])

/**
 * The runs of a SARIF log, once it is one of version 2.1.0 and each run has its results in it. A log without results is
 * that of a tool that did not run (3.14.23): no finding is no evidence.
 *
 * @throws StagegateError E_REPORT_UNREADABLE
 */
export function readRuns(log: unknown, source: string): readonly unknown[] {
  const version = stringAt(log, 'version')
  if (version !== '2.1.0') {
    const found = version === undefined ? 'it names none' : `it is ${cut(version, 40)}`
    throw unreadableReport(source, `its SARIF version must be 2.1.0, and ${found}`)
  }
  const runs = arrayAt(log, 'runs')
  if (runs.length === 0) throw unreadableReport(source, 'it has no run, so no tool has looked at anything')
  for (const [index, run] of runs.entries()) checkRun(run, index, source)
  if (arrayAt(log, 'inlineExternalProperties').some((each) => arrayAt(each, 'results').length > 0)) {
    throw unreadableReport(source, 'its results are outside of its runs, in inlineExternalProperties')
  }
  return runs
}

function checkRun(run: unknown, index: number, source: string): void {
  const name = `runs[${index}]`
  if (typeof run !== 'object' || run === null) throw unreadableReport(source, `${name} is no object`)
  if (valueAt(run, 'externalPropertyFileReferences', 'results') !== undefined) {
    throw unreadableReport(source, `the results of ${name} are in other files`)
  }
  const results = valueAt(run, 'results')
  if (!Array.isArray(results)) {
    const found = results === undefined ? 'absent' : results === null ? 'null' : typeof results
    throw unreadableReport(source, `${name}.results must be a list, and is ${found}: the tool did not finish`)
  }
  for (const [place, result] of results.entries()) {
    const at = `${name}.results[${place}]`
    if (typeof result !== 'object' || result === null) throw unreadableReport(source, `${at} is no object`)
    const kind = valueAt(result, 'kind')
    if (kind !== undefined && (typeof kind !== 'string' || !kinds.has(kind))) {
      throw unreadableReport(
        source,
        `${at}.kind is ${cut(JSON.stringify(kind), 80)}, which SARIF does not know`,
      )
    }
  }
}

/**
 * Why the tool of a run did not do its work, in its own words; undefined when it did. Its results are then not complete
 * (3.20.14 and appendix I).
 */
export function explainFailedRun(run: unknown): string | undefined {
  for (const invocation of arrayAt(run, 'invocations')) {
    const errors = arrayAt(invocation, 'toolExecutionNotifications').filter(
      (each) => stringAt(each, 'level') === 'error',
    )
    const success = valueAt(invocation, 'executionSuccessful')
    const exitCode = numberAt(invocation, 'exitCode') ?? 0
    if (hasFoundOnly(invocation)) continue
    if (success !== false && !(errors.length > 0 && (exitCode !== 0 || success !== true))) continue
    const said = [...errors, ...arrayAt(invocation, 'toolConfigurationNotifications')]
    const message =
      said.map((each) => stringAt(each, 'message', 'text')).find((each) => each !== undefined) ??
      stringAt(invocation, 'exitSignalName') ??
      stringAt(invocation, 'exitCodeDescription') ??
      stringAt(invocation, 'processStartFailureMessage')
    const tool = stringAt(run, 'tool', 'driver', 'name') ?? 'the tool'
    const code = exitCode === 0 ? '' : ` with exit code ${exitCode}`
    return `${tool} says that it failed${code}${message === undefined ? '' : `: ${message}`}`
  }
  return undefined
}

/** SpotBugs before 4.8.3 calls a run in which it found bugs, and nothing went wrong, not successful. */
function hasFoundOnly(invocation: unknown): boolean {
  return (
    numberAt(invocation, 'exitCode') === 1 &&
    stringAt(invocation, 'exitSignalName') === 'BUGS FOUND' &&
    arrayAt(invocation, 'toolExecutionNotifications').every((each) => stringAt(each, 'level') !== 'error')
  )
}
