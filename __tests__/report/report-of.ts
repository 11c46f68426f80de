import { StagegateError } from '../../src/errors/index.ts'
import type { Finding, TestSummary } from '../../src/findings/index.ts'
import type { Result, StageResult, StepResult } from '../../src/pipeline/index.ts'
import type { Call } from '../../src/report/conclusion/call.ts'
import { conclude } from '../../src/report/conclusion/conclude.ts'
import type { RunFacts, RunReport } from '../../src/report/run-report.ts'

export const facts: RunFacts = {
  service: 'ai-gen-service',
  version: 'v1.1.0',
  environment: 'staging',
  repository: 'acme/ai-gen-service',
  commit: 'c'.repeat(40),
  ref: 'refs/heads/main',
  event: 'push',
  actor: 'octocat',
  runUrl: 'https://github.com/acme/ai-gen-service/actions/runs/77/attempts/2',
  attempt: 2,
  stages: undefined,
}

export const done: Result<unknown> = { status: 'success', output: {} }
export const cancelled: Result<unknown> = { status: 'cancelled' }
export const notAsked: Result<unknown> = {
  status: 'skipped',
  reason: 'not asked for by the input stages',
  blocked: false,
}
export const notApplicable: Result<unknown> = { status: 'skipped', reason: 'no Dockerfile', blocked: false }
export const blocked: Result<unknown> = { status: 'skipped', reason: 'test failed', blocked: true }

export function failed(details: ConstructorParameters<typeof StagegateError>[1]): Result<unknown> {
  return { status: 'failure', error: new StagegateError('E_COMMAND_FAILED', details) }
}

/** A step that ran from 1 s to 3.5 s after the start, unless it was skipped. */
export function step(id: string, result: Result<unknown>, more: Partial<StepResult> = {}): StepResult {
  const times = result.status === 'skipped' ? {} : { startedAt: 1_000, endedAt: 3_500 }
  return { id, critical: true, result, facts: [], kept: {}, ...times, ...more }
}

/** A stage with one step of the same result; a stage that does not apply has none. */
export function stage(id: string, result: Result<unknown>, more: Partial<StageResult> = {}): StageResult {
  const times = result.status === 'skipped' ? {} : { startedAt: 1_000, endedAt: 3_500 }
  const steps = result === notApplicable ? [] : [step('run', result)]
  return { id, result, steps, ...times, ...more }
}

export const deployed: Result<unknown> = {
  status: 'success',
  output: {
    environment: 'staging',
    namespace: 'staging',
    environmentUrl: 'https://staging.example.com',
    configCommit: 'a'.repeat(40),
    objects: [
      { kind: 'ConfigMap', name: 'api-config', change: 'unchanged' },
      { kind: 'Deployment', name: 'api', change: 'changed' },
      { kind: 'Service', name: 'api', change: 'created' },
    ],
    schemaVersion: '2',
  },
}

export const pushed: Result<unknown> = {
  status: 'success',
  output: {
    repository: 'ghcr.io/acme/ai-gen-service',
    digest: `sha256:${'d'.repeat(64)}`,
    tags: ['v1.1.0-staging'],
  },
}

/** A call of all stages, whose event may deploy. */
export const call: Call = {
  asked: undefined,
  job: undefined,
  mayDeploy: true,
  hasLedger: true,
  standing: undefined,
  testsMayBeNone: false,
}

export function reportOf(
  stages: readonly StageResult[],
  more: {
    readonly facts?: Partial<RunFacts>
    readonly call?: Partial<Call>
    readonly warnings?: readonly string[]
  } = {},
): RunReport {
  const all = { ...facts, ...more.facts }
  return {
    facts: all,
    conclusion: conclude(stages, { ...call, asked: all.stages, ...more.call }),
    stages,
    durationMs: 185_000,
    overhead: { wallMs: 185_000, ownMs: 1_200, pausedMs: 500, gaps: [{ from: 0, to: 800, after: 'start' }] },
    warnings: more.warnings ?? [],
  }
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    tool: 'eslint',
    rule: 'no-eval',
    severity: 'high',
    message: 'eval runs text as code',
    file: 'src/server.ts',
    line: 12,
    fingerprint: '0'.repeat(32),
    ...more,
  }
}

export const testSummary: TestSummary = {
  total: 151,
  passed: 148,
  failed: 2,
  skipped: 1,
  flaky: 0,
  durationMs: 4_200,
  failures: [
    {
      name: 'api > refuses an empty prompt',
      outcome: 'failed',
      durationMs: 12,
      file: 'test/api.test.ts',
      line: 40,
      message: 'expected 400, got 200',
    },
    { name: 'api > says its version', outcome: 'failed', durationMs: 3 },
  ],
  slowest: [],
}
