import type { StageResult, StepResult } from '../pipeline/index.ts'
import type { RunReport } from './run-report.ts'

/** The report for programs; its shape is `schema/report.schema.json`. */
export function renderJsonReport(report: RunReport): string {
  const { facts, status, failure, overhead } = report
  const document = {
    version: 1,
    result: status,
    service: facts.service,
    serviceVersion: facts.version,
    environment: facts.environment,
    repository: facts.repository,
    commit: facts.commit,
    ref: facts.ref,
    event: facts.event,
    run: { url: facts.runUrl, attempt: facts.attempt },
    failure:
      failure === undefined
        ? null
        : {
            stage: failure.stage,
            step: failure.step ?? null,
            code: failure.error.code,
            blame: failure.error.blame,
            message: failure.error.message,
            evidence: failure.error.evidence,
            state: failure.error.state ?? null,
            next: failure.error.next,
          },
    durationMs: Math.round(report.durationMs),
    overhead: overhead === undefined ? null : { ownMs: Math.round(overhead.ownMs), gaps: overhead.gaps },
    warnings: report.warnings,
    stages: report.stages.map(stageOf),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function stageOf(stage: StageResult): object {
  return {
    id: stage.id,
    ...resultOf(stage),
    resumedFrom: stage.resumedFrom ?? null,
    steps: stage.steps.map((step) => ({
      id: step.id,
      critical: step.critical,
      ...resultOf(step),
      facts: Object.fromEntries(step.facts.map((fact) => [fact.name, fact.value])),
    })),
  }
}

function resultOf({ result, startedAt, endedAt }: StageResult | StepResult): object {
  return {
    result: result.status,
    reason:
      result.status === 'skipped' ? result.reason : result.status === 'failure' ? result.error.message : null,
    startedMs: startedAt === undefined ? null : Math.round(startedAt),
    endedMs: endedAt === undefined ? null : Math.round(endedAt),
  }
}
