import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { redactResults } from '../../src/report/redact-results.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { failed, finding, reportOf, stage, step, testSummary } from './report-of.ts'

const secret = 'p@ss_word|with*signs'
const redact = (text: string): string => text.replaceAll(secret, '***')

describe('results without secrets', () => {
  test('have none in any text, error, finding or test', () => {
    const error = failed({
      message: secret,
      evidence: [secret],
      state: secret,
      next: secret,
      cause: new Error(secret),
    })
    const kept = {
      findings: [finding({ message: `found ${secret}` })],
      tests: { ...testSummary, failures: [{ name: secret, outcome: 'failed', durationMs: 1 }] },
    }
    const results = [
      stage('test', error, {
        steps: [step('unit', error, { kept, facts: [{ name: 'value', value: secret }] })],
        resumedFrom: secret,
      }),
    ]
    const redacted = redactResults(results, redact)
    expect(inspect(redacted, { depth: Infinity, showHidden: true })).not.toContain(secret)
    expect(redacted[0]?.result).toMatchObject({
      status: 'failure',
      error: { code: 'E_COMMAND_FAILED', message: '***', evidence: ['***'], state: '***', next: '***' },
    })
  })

  test('have none that an escape would have hidden from the redactor', () => {
    const results = [stage('test', failed({ message: `refused ${secret}` }))]
    const late = redact(renderSummary(reportOf(results)))
    const early = renderSummary(reportOf(redactResults(results, redact)))
    expect(late).toContain('ss\\_word')
    expect(early).not.toContain('word')
  })

  test('still say what happened, when a secret is one of our own words', () => {
    const replaced = (word: string) => (text: string) => text.replaceAll(word, '***')
    const results = [stage('build', { status: 'success', output: {} }, { steps: [] })]
    expect(redactResults(results, replaced('success'))).toEqual(results)
    expect(redactResults([finding()], replaced('high'))).toEqual([finding()])
  })

  test('leave out what is no plain value', () => {
    const output = {
      buffer: Buffer.from(secret),
      run: () => secret,
      map: new Map([['a', secret]]),
      plain: [1, null, true],
    }
    expect(redactResults(output, redact)).toEqual({
      buffer: undefined,
      run: undefined,
      map: undefined,
      plain: [1, null, true],
    })
    expect(redactResults(new StagegateError('E_INTERNAL', { message: secret }), redact).message).toBe('***')
  })
})
