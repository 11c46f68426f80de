import { describe, expect, test } from 'vitest'
import type { ReportedEvidence } from '../../src/report/kept.ts'
import { redactResults } from '../../src/report/redact-results.ts'
import { renderRollout } from '../../src/report/rollout-section.ts'
import { failed, stage, step } from './report-of.ts'

const evidence: ReportedEvidence = {
  object: 'Deployment staging/api',
  cause: 'pod api-1, container api: CrashLoopBackOff, exit 3, 2 restarts; its log says: cannot reach <db>',
  next: "Read the container's last words above.",
  status: '1 of 1 replicas updated, 0 available',
  conditions: ['Available False (MinimumReplicasUnavailable)'],
  pods: [
    {
      name: 'api-1',
      node: 'node-1',
      phase: 'Running',
      conditions: ['Ready (ContainersNotReady): containers with unready status: [api]'],
      containers: [
        {
          name: 'api',
          init: false,
          state: 'CrashLoopBackOff, exit 3, 2 restarts',
          probes: ['readiness probe HTTP GET /health on port 8080: every 10 s'],
          log: ['starting', '```', '::error::injected', 'password=hunter2'],
          previousLog: ['cannot reach <db>'],
        },
      ],
    },
  ],
  events: ['FailedMount (3 times): no'],
  diff: ['~ spec.replicas: 2 → 1'],
}

const stages = [
  stage('deploy', failed({ message: 'no' }), {
    steps: [step('rollout', failed({ message: 'no' }), { kept: { rollout: [evidence] } })],
  }),
]

describe('the section about a failed rollout', () => {
  test('tells cause, advice, states, the change and both logs, as text that nothing in it can end', () => {
    const text = renderRollout(stages)
    expect(text).toContain('`Deployment staging/api`: pod api-1, container api: CrashLoopBackOff')
    expect(text).toContain('cannot reach &lt;db&gt;.')
    expect(text).toContain("Next: Read the container's last words above.")
    expect(text).toContain('container api: CrashLoopBackOff, exit 3, 2 restarts')
    expect(text).toContain('readiness probe HTTP GET /health')
    expect(text).toContain('```diff\n~ spec.replicas: 2 → 1\n```')
    expect(text).toContain('````\nstarting\n```\n::error::injected\n')
    expect(text).toContain('Log of the run before: pod api-1, container api')
  })

  test('tells no secret', () => {
    const redact = (text: string) => text.replaceAll('hunter2', '***')
    expect(renderRollout(redactResults(stages, redact))).not.toContain('hunter2')
  })

  test('is not there without a failure', () => {
    expect(renderRollout([stage('deploy', failed({ message: 'no' }))])).toBe('')
  })
})
