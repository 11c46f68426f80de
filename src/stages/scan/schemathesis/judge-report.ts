import type { DastSettings } from '../../../config/config.ts'
import {
  parseJson,
  parseSchemathesis,
  renderFinding,
  type SchemathesisReport,
} from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { count } from '../name-some.ts'
import { lacksEvidence, type ScannerReport } from '../scanner.ts'

const SHOWN_FINDINGS = 5
const SHOWN_OPERATIONS = 20

/** What there is to judge a scan by. */
export interface ScanResult {
  /** The JSON report. */
  readonly text: string
  readonly exitCode: number
  /** The last lines of the service, as evidence. */
  readonly log: readonly string[]
}

/**
 * Whether a scan of schemathesis shows what it looked at. Where the service accepted no request at all, the report has a
 * `failure`: whatever was found, the scan stood before a closed door.
 *
 * @throws StagegateError E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE
 */
export function judgeReport(
  { text, exitCode, log }: ScanResult,
  { target, args }: Pick<DastSettings, 'target' | 'args'>,
  step: StepContext,
): ScannerReport {
  const report = parseSchemathesis(parseJson(text, "schemathesis' report"), target)
  const { findings, tested, selected, total, requests, errors, hidden } = report
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
  if (exitCode === 1 && findings.length === 0 && hidden === 0) {
    throw lacksEvidence('schemathesis', 'says that it found something, but not what', { evidence })
  }
  const parts = [
    `${tested} of ${selected} operations of ${target} with ${requests} requests`,
    total > selected ? `${total - selected} of ${total} left out by settings of schemathesis` : undefined,
    report.refused.length > 0 ? `${report.refused.length} accepted no request` : undefined,
    hidden > 0 ? `${count(hidden, 'failure')} hidden by its baseline` : undefined,
  ]
  const failure = refusedEverywhere(report, args, evidence, step)
  if (failure === undefined) warnOfRefused(report, step)
  return {
    tool: 'schemathesis',
    findings,
    evidence: parts.filter((part) => part !== undefined).join('; '),
    ...(failure === undefined ? {} : { failure }),
  }
}

/** The error for a scan of which no valid request was accepted; undefined when one was. */
function refusedEverywhere(
  { reached, refused, tested, sentValid }: SchemathesisReport,
  args: readonly string[],
  evidence: readonly string[],
  step: StepContext,
): ScannerReport['failure'] {
  if (reached.length > 0) return undefined
  if ((!sentValid || asksForInvalid(args)) && refused.length < tested) {
    step.log.warn(
      'No answer shows that the service accepts requests: by scan.dast.args no valid ones were sent, or none that are counted.',
    )
    return undefined
  }
  const unknown = tested - refused.length
  return lacksEvidence(
    'schemathesis',
    `was refused everywhere: none of the ${tested} operations accepted a request`,
    {
      evidence: [
        ...renderRefused(refused),
        ...(unknown > 0
          ? [
              `${count(unknown, 'operation')}: no success; the report does not say which answers (a redirect, or warnings that are switched off)`,
            ]
          : []),
        ...evidence,
      ],
      next: 'Let the scan in: give it a login (headers or auth in schemathesis.toml, or scan.dast.args) and the data it needs; turn rate limits off.',
    },
  )
}

function warnOfRefused({ refused, tested }: SchemathesisReport, step: StepContext): void {
  if (refused.length === 0) return
  step.log.warn(
    `${refused.length} of ${tested} operations accepted no request, so little of them was scanned: ${renderRefused(refused).join('; ')}`,
  )
}

function renderRefused(refused: SchemathesisReport['refused']): readonly string[] {
  const shown = refused.slice(0, SHOWN_OPERATIONS).map(({ operation, answer }) => `${operation}: ${answer}`)
  const more = refused.length - shown.length
  return more > 0 ? [...shown, `and ${more} more`] : shown
}

/** Whether the user's own arguments ask for requests that the service is to refuse, and for no others. */
function asksForInvalid(args: readonly string[]): boolean {
  return args.some(
    (each, index) =>
      /^(?:--mode=|-m=?)negative$/.test(each) ||
      (each === 'negative' && ['--mode', '-m'].includes(args[index - 1] ?? '')),
  )
}
