import type { StageResult, StepResult } from '../pipeline/index.ts'
import { deploymentOf, evidenceOf, findingsOf, imageOf, type ReportedEvidence, testsOf } from './kept.ts'
import type { Conclusion } from './conclusion/conclude.ts'
import type { Overhead, RunReport } from './run-report.ts'

/** The report for programs; its shape is `schema/report.schema.json`. Every finding is in it. */
export function renderJsonReport(report: RunReport): string {
  const { facts, conclusion, overhead, stages } = report
  const document = {
    version: 1,
    result: conclusion.result,
    service: facts.service,
    serviceVersion: facts.version,
    environment: facts.environment,
    repository: facts.repository,
    commit: facts.commit,
    ref: facts.ref,
    event: facts.event,
    actor: facts.actor,
    run: { url: facts.runUrl, attempt: facts.attempt, stages: facts.stages ?? null },
    failure: failureOf(conclusion),
    durationMs: Math.round(report.durationMs),
    overhead: overhead === undefined ? null : reportedOverhead(overhead),
    warnings: report.warnings,
    stages: stages.map(stageOf),
    image: reportedImage(stages),
    deployment: reportedDeployment(stages),
    rollout: evidenceOf(stages).map(reportedEvidence),
    tests: testsOf(stages).map(({ stage, step, summary }) => ({ stage, step, ...summary })),
    findings: findingsOf(stages),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function reportedOverhead({ wallMs, ownMs, pausedMs, gaps }: Overhead): object {
  return {
    ...{ wallMs: Math.round(wallMs), ownMs: Math.round(ownMs), pausedMs: Math.round(pausedMs) },
    gaps,
  }
}

function failureOf({ failure }: Conclusion): object | null {
  if (failure === undefined) return null
  const { stage, step, error } = failure
  return {
    stage,
    step: step ?? null,
    code: error.code,
    blame: error.blame,
    message: error.message,
    evidence: error.evidence,
    state: error.state ?? null,
    next: error.next,
  }
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
      facts: step.facts,
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

/** Named one by one: a stage's output may hold more than the report promises. */
function reportedImage(stages: readonly StageResult[]): object | null {
  const image = imageOf(stages)
  return image === undefined ? null : { repository: image.repository, digest: image.digest, tags: image.tags }
}

function reportedDeployment(stages: readonly StageResult[]): object | null {
  const deployment = deploymentOf(stages)
  if (deployment === undefined) return null
  return {
    environment: deployment.environment,
    namespace: deployment.namespace,
    environmentUrl: deployment.environmentUrl ?? null,
    configCommit: deployment.configCommit,
    schemaVersion: deployment.schemaVersion ?? null,
    objects: deployment.objects.map(({ kind, name, change }) => ({ kind, name, change })),
  }
}

function reportedEvidence(evidence: ReportedEvidence): object {
  const { object, cause, next, status, conditions, events, diff } = evidence
  return {
    object,
    cause,
    next,
    status,
    conditions,
    events,
    diff,
    pods: evidence.pods.map(({ containers, ...pod }) => ({
      name: pod.name,
      node: pod.node,
      phase: pod.phase,
      conditions: pod.conditions,
      containers: containers.map(({ name, init, state, probes, log, previousLog }) => ({
        name,
        init,
        state,
        probes,
        log,
        previousLog,
      })),
    })),
  }
}
