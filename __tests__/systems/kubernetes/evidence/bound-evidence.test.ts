import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RolloutEvidence } from '../../../../src/systems/kubernetes/rollout-contract.ts'
import { boundEvidence } from '../../../../src/systems/kubernetes/evidence/bound-evidence.ts'

const container = (log: readonly string[], previousLog: readonly string[]) => ({
  name: 'main',
  init: false,
  state: 'running',
  probes: [],
  log,
  previousLog,
})
const evidenceOf = (logs: readonly (readonly [readonly string[], readonly string[]])[]): RolloutEvidence => ({
  object: 'Deployment a/b',
  headline: '',
  cause: '',
  next: '',
  status: '',
  conditions: [],
  events: [],
  pods: logs.map(([log, previous], index) => ({
    name: `pod-${index}`,
    node: '',
    phase: '',
    conditions: [],
    containers: [container(log, previous)],
  })),
})

test('logs of a failure fit in their limit, and each keeps its end', () => {
  const lines = fc.array(fc.string({ maxLength: 30 }), { maxLength: 10 })
  fc.assert(
    fc.property(fc.array(fc.tuple(lines, lines), { maxLength: 5 }), fc.nat(400), (logs, limit) => {
      const [bounded] = boundEvidence([evidenceOf(logs)], limit)
      const kept = (bounded?.pods ?? []).flatMap(({ containers }) =>
        containers.flatMap(({ log, previousLog }) => [log, previousLog]),
      )
      const bytes = kept.flat().reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
      expect(bytes).toBeLessThanOrEqual(limit)
      logs.flat().forEach((log, index) => {
        const end = kept[index] ?? []
        expect(log.slice(log.length - end.length)).toEqual(end)
      })
    }),
  )
})
