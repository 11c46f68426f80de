import {
  addTestsRan,
  compareSeverity,
  type Finding,
  type TestsRan,
  type TestSummary,
} from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'

/** Findings that the steps of stages kept, whether they passed or failed; worst first, then in the order of the steps. */
export function findingsOf(stages: readonly StageResult[]): readonly Finding[] {
  return stages
    .flatMap((stage) => stage.steps)
    .flatMap((step) => (step.kept.findings ?? []) as readonly Finding[])
    .toSorted((one, other) => compareSeverity(one.severity, other.severity))
}

export interface KeptTests {
  readonly stage: string
  readonly step: string
  readonly summary: TestSummary
}

/** What the steps' test reports said. */
export function testsOf(stages: readonly StageResult[]): readonly KeptTests[] {
  return stages.flatMap((stage) =>
    stage.steps.flatMap((step) => {
      const summary = step.kept.tests as TestSummary | undefined
      return summary === undefined ? [] : [{ stage: stage.id, step: step.id, summary }]
    }),
  )
}

/**
 * How many tests ran in the stage `test`: by its output, else by what its steps kept. Undefined where it did not run, and
 * did not pass in an earlier run.
 */
export function testsRanOf(stages: readonly StageResult[]): TestsRan | undefined {
  const stage = stages.find(({ id }) => id === 'test')
  if (stage === undefined || stage.result.status === 'skipped') return undefined
  const output = outputOf(stages, 'test') as { readonly testsRan?: TestsRan } | undefined
  if (output?.testsRan !== undefined) return output.testsRan
  const kept = stage.steps.flatMap((step) => (step.kept.testsRan ?? []) as TestsRan)
  return kept.length === 0 ? 'unknown' : addTestsRan(kept)
}

/** What preflight found of what the run needs of others. */
export interface ReportedAccess {
  readonly rows: readonly {
    readonly stage: string
    readonly needs: string
    readonly has: 'yes' | 'no' | 'unknown'
    readonly detail: string
    readonly consequence: string
  }[]
  /** The `permissions` of the job as this run needs them, when one is missing. */
  readonly permissions: string | undefined
}

export function accessOf(stages: readonly StageResult[]): ReportedAccess | undefined {
  const preflight = stages.find((stage) => stage.id === 'preflight')
  const kept = preflight?.steps.find((step) => step.kept.access !== undefined)
  return kept?.kept.access as ReportedAccess | undefined
}

/** Why an object of a rollout failed, as `deploy.rollout` kept it. */
export interface ReportedEvidence {
  readonly object: string
  readonly cause: string
  readonly next: string
  readonly status: string
  readonly conditions: readonly string[]
  readonly pods: readonly {
    readonly name: string
    readonly node: string
    readonly phase: string
    readonly conditions: readonly string[]
    readonly containers: readonly {
      readonly name: string
      readonly init: boolean
      readonly state: string
      readonly probes: readonly string[]
      readonly log: readonly string[]
      readonly previousLog: readonly string[]
    }[]
  }[]
  readonly events: readonly string[]
  /** What the run changed about the object. */
  readonly diff: readonly string[]
}

export function evidenceOf(stages: readonly StageResult[]): readonly ReportedEvidence[] {
  return stages
    .flatMap((stage) => stage.steps)
    .flatMap((step) => (step.kept.rollout ?? []) as readonly ReportedEvidence[])
}

/** How much of what was deployed is known to run the digest, as `deploy.rollout` kept it. */
export interface ReportedRunning {
  /** How many containers run it. */
  readonly containers: number
  /** Workloads of which nothing could be known, as `Deployment api`. */
  readonly unknown: readonly string[]
}

export function runningOf(stages: readonly StageResult[]): ReportedRunning | undefined {
  return deployStepKept(stages, 'rollout', 'running') as ReportedRunning | undefined
}

function deployStepKept(stages: readonly StageResult[], id: string, name: string): unknown {
  const deploy = stages.find((stage) => stage.id === 'deploy')
  return deploy?.steps.find((step) => step.id === id)?.kept[name]
}

/** What the report shows of the image stage's output. */
export interface ReportedImage {
  readonly repository: string
  readonly digest: string
  readonly tags: readonly string[]
}

export function imageOf(stages: readonly StageResult[]): ReportedImage | undefined {
  return outputOf(stages, 'image') as ReportedImage | undefined
}

/** What the report shows of the deploy stage's output. */
export interface ReportedDeployment {
  readonly environment: string
  readonly namespace: string
  readonly environmentUrl: string | undefined
  readonly configCommit: string
  readonly objects: readonly {
    readonly kind: string
    readonly name: string
    readonly change: 'created' | 'changed' | 'recreated' | 'unchanged'
  }[]
  readonly schemaVersion: string | undefined
}

export function deploymentOf(stages: readonly StageResult[]): ReportedDeployment | undefined {
  return outputOf(stages, 'deploy') as ReportedDeployment | undefined
}

function outputOf(stages: readonly StageResult[], id: string): unknown {
  const result = stages.find((stage) => stage.id === id)?.result
  return result?.status === 'success' ? result.output : undefined
}
