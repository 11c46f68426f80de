import { describe, expect, test } from 'vitest'
import { externalIdOf, readLedger, renderLedgerText } from '../../src/main/ledger.ts'
import type { StageResult } from '../../src/pipeline/index.ts'
import type { StoredCheck } from '../../src/systems/github/github.ts'
import { configOf, digest, headCommit } from './config-of.ts'

const config = configOf()
const stages = ['build', 'test', 'scan', 'image']
const image = { repository: 'ghcr.io/acme/ai-gen-service', digest, tags: ['v1.1.0-staging', 'sha-cccc'] }

function passed(id: string, output: unknown = {}): StageResult {
  return { id, result: { status: 'success', output }, steps: [] }
}

function checkOf(stage: StageResult, more: Partial<StoredCheck> = {}): StoredCheck {
  return {
    id: 1,
    name: `Stagegate / ${stage.id}`,
    commit: headCommit,
    externalId: externalIdOf(config, stage.id),
    status: 'completed',
    conclusion: 'success',
    text: renderLedgerText(stage),
    detailsUrl: 'https://github.com/acme/ai-gen-service/actions/runs/77/attempts/2',
    app: 'github-actions',
    completedAt: '2026-01-02T03:04:05Z',
    ...more,
  }
}

const good = checkOf(passed('image', image))
const imageText = (output: unknown, stage = 'image'): string =>
  `\`\`\`json\n${JSON.stringify({ stage, output })}\n\`\`\``

describe('the ledger', () => {
  test('gives back what each stage handed over, and where it passed', () => {
    const checks = [good, checkOf(passed('build', { findings: ['kept elsewhere'] })), checkOf(passed('test'))]
    expect([...readLedger(checks, config, stages)]).toEqual([
      ['build', { output: {}, from: 'run 77, attempt 2' }],
      ['test', { output: {}, from: 'run 77, attempt 2' }],
      ['image', { output: image, from: 'run 77, attempt 2' }],
    ])
  })

  test('names the run as far as the check links to one', () => {
    const from = (detailsUrl: string) =>
      readLedger([{ ...good, detailsUrl }], config, stages).get('image')?.from
    expect(from('https://github.com/acme/ai-gen-service/actions/runs/77')).toBe('run 77')
    expect(from('https://example.com/')).toBe('an earlier run')
  })

  test('takes the newest check of a stage: a later success counts again', () => {
    const failed = checkOf(passed('image'), {
      id: 2,
      conclusion: 'failure',
      completedAt: '2026-01-02T04:00:00Z',
    })
    const again = { ...good, id: 3, completedAt: '2026-01-02T05:00:00Z' }
    expect(readLedger([good, failed, again], config, stages).has('image')).toBe(true)
  })

  test.each<[string, Partial<StoredCheck>[]]>([
    ['was written by another app', [{ app: 'forger' }]],
    ['has no app', [{ app: '' }]],
    ['is still running', [{ status: 'in_progress', conclusion: undefined }]],
    ['is running again, though it once succeeded', [{ status: 'in_progress' }]],
    ['failed', [{ conclusion: 'failure' }]],
    ['is neutral', [{ conclusion: 'neutral' }]],
    ['was skipped', [{ conclusion: 'skipped' }]],
    ['is older than a failure', [{}, { id: 2, conclusion: 'failure', completedAt: '2026-01-02T04:00:00Z' }]],
    ['is as old as a failure with a later id', [{}, { id: 2, conclusion: 'failure' }]],
    ['is of another commit', [{ commit: 'b'.repeat(40) }]],
    [
      'stands for another commit',
      [
        {
          externalId: externalIdOf(
            configOf({ trigger: { ...config.trigger, commit: 'b'.repeat(40) } }),
            'image',
          ),
        },
      ],
    ],
    [
      'stands for another configuration',
      [{ externalId: externalIdOf(configOf({ digest: 'e'.repeat(64) }), 'image') }],
    ],
    ['stands for another service', [{ externalId: externalIdOf(configOf({ service: 'other' }), 'image') }]],
    ['stands for another stage', [{ externalId: externalIdOf(config, 'build') }]],
    ['has the text of another stage', [{ text: renderLedgerText(passed('build')) }]],
    ['has no text', [{ text: '' }]],
    ['has a text that is no JSON', [{ text: '```json\n{"stage":"image",\n```' }]],
    ['has a text of JSON null', [{ text: '```json\nnull\n```' }]],
    ['has something before its text', [{ text: `passed\n${good.text}` }]],
    ['has something after its text', [{ text: `${good.text}\n` }]],
    ['hands nothing over', [{ text: imageText({}) }]],
    ['hands over a list', [{ text: imageText([]) }]],
    [
      'hands over another repository',
      [{ text: imageText({ ...image, repository: 'ghcr.io/forger/image' }) }],
    ],
    ['hands over a tag for a digest', [{ text: imageText({ ...image, digest: 'latest' }) }]],
    ['hands over tags that are none', [{ text: imageText({ ...image, tags: [1] }) }]],
  ])('does not believe a check that %s', (_, variants) => {
    const checks = variants.map((more) => ({ ...good, ...more }))
    expect(readLedger(checks, config, stages).has('image')).toBe(false)
  })

  test('is not misled by a check of another app that is newer', () => {
    const forged = {
      ...good,
      id: 9,
      app: 'forger',
      conclusion: 'failure',
      completedAt: '2030-01-01T00:00:00Z',
    }
    expect(readLedger([good, forged], config, stages).has('image')).toBe(true)
  })

  test('takes over no more than is known of an image', () => {
    const text =
      '```json\n{"stage":"image","output":{"__proto__":{"polluted":true},"extra":1,' +
      `${JSON.stringify(image).slice(1)}}\n\`\`\``
    const entry = readLedger([{ ...good, text }], config, stages).get('image')
    expect(entry?.output).toStrictEqual(image)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})
