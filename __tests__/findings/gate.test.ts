import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  createFinding,
  decideGate,
  type IgnoreEntry,
  severities,
  type Severity,
} from '../../src/findings/index.ts'

const finding = (rule: string, severity: Severity, aliases: readonly string[] = []) =>
  createFinding({ tool: 't', rule, severity, message: `about ${rule}`, aliases })
const ignoring = (id: string, expires: string): IgnoreEntry => ({ id, reason: 'not reachable', expires })
const TODAY = '2026-11-23'

describe('the gate', () => {
  it('fails what is as bad as the threshold or worse, worst first', () => {
    const findings = severities.toReversed().map((severity) => finding(severity, severity))
    const { failing, tolerated } = decideGate(findings, 'medium', [], TODAY)
    expect(failing.map(({ severity }) => severity)).toEqual(['critical', 'high', 'medium'])
    expect(tolerated.map(({ severity }) => severity)).toEqual(['info', 'low'])
  })

  it.each([
    ['its rule', 'GHSA-1'],
    ['another id of it', 'CVE-1'],
    ['its fingerprint', finding('GHSA-1', 'critical').fingerprint],
  ])('lets a finding pass that is ignored by %s', (_, id) => {
    const verdict = decideGate(
      [finding('GHSA-1', 'critical', ['CVE-1'])],
      'low',
      [ignoring(id, TODAY)],
      TODAY,
    )
    expect(verdict).toMatchObject({ failing: [], tolerated: [], expired: [] })
    expect(verdict.ignored).toHaveLength(1)
  })

  it.each(['2026-11-22', '2025-12-31', 'never', '', '2026-11-3', '9999'])(
    'does not count an entry that expires on %j',
    (expires) => {
      const entry = ignoring('GHSA-1', expires)
      const { failing, expired } = decideGate([finding('GHSA-1', 'high')], 'high', [entry], TODAY)
      expect(failing).toHaveLength(1)
      expect(expired).toEqual([entry])
    },
  )

  it('puts every finding into exactly one place, and fails none below the threshold', () => {
    const severity = fc.constantFrom(...severities)
    const id = fc.constantFrom('a', 'b', 'c')
    const findings = fc.array(fc.tuple(id, severity).map(([rule, value]) => finding(rule, value)))
    const entries = fc.array(fc.tuple(id, fc.constantFrom('2020-01-01', '2030-01-01')))
    fc.assert(
      fc.property(findings, severity, entries, (all, failOn, ignored) => {
        const verdict = decideGate(
          all,
          failOn,
          ignored.map(([rule, expires]) => ignoring(rule, expires)),
          TODAY,
        )
        const placed = [
          ...verdict.failing,
          ...verdict.tolerated,
          ...verdict.ignored.map((each) => each.finding),
        ]
        expect(placed.length).toBe(all.length)
        expect(new Set(placed)).toEqual(new Set(all))
        for (const each of verdict.failing) {
          expect(severities.indexOf(each.severity)).toBeLessThanOrEqual(severities.indexOf(failOn))
        }
      }),
    )
  })
})
