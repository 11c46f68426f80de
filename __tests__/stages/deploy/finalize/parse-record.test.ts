import { describe, expect, test } from 'vitest'
import { parseRecord } from '../../../../src/stages/deploy/finalize/parse-record.ts'

const record = {
  commit: 'c'.repeat(40),
  committedAt: '2026-05-03T15:00:00+02:00',
  digest: `sha256:${'d'.repeat(64)}`,
  finishedAt: '2026-05-03T13:04:05.678Z',
  manifests: [
    {
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } },
      source: 'k8s/a.yaml:1',
    },
  ],
}
const parsed = (changes: object) => parseRecord(JSON.stringify({ ...record, ...changes }))
const withObject = (changes: object) => ({
  manifests: [record.manifests[0], { object: { ...record.manifests[0]?.object, ...changes }, source: 'x:1' }],
})

describe('a record', () => {
  test('is read as it was written, with or without the time of the commit', () => {
    expect(parsed({})).toEqual(record)
    const { committedAt, ...earlier } = record
    expect(committedAt).toBeDefined()
    expect(parseRecord(JSON.stringify(earlier))).toEqual(earlier)
  })

  test.each([
    ['that is an option of Git for a commit', { commit: '--output=/tmp/x' }, 'its commit is none'],
    ['without a commit', { commit: undefined }, 'its commit is none'],
    ['with a short digest', { digest: 'sha256:abc' }, 'its digest is none'],
    ['with a command for a time', { finishedAt: '::set-output::' }, 'finishedAt is no time'],
    ['with another time that is none', { committedAt: 7 }, 'committedAt is no time'],
    ['without manifests', { manifests: undefined }, 'its manifests are no list'],
    ['with a text for a manifest', { manifests: ['x'] }, 'manifest 1 of 1 is no object of Kubernetes'],
    ['with an object without a kind', withObject({ kind: '' }), 'manifest 2 of 2 is no object of Kubernetes'],
    [
      'with an object without metadata',
      withObject({ metadata: null }),
      'manifest 2 of 2 is no object of Kubernetes',
    ],
    [
      'with a namespace that is no text',
      withObject({ metadata: { name: 'a', namespace: ['b'] } }),
      'manifest 2 of 2 is no object of Kubernetes',
    ],
  ])('%s is refused', (_what, changes, told) => {
    expect(parsed(changes)).toBe(told)
  })

  test.each(['', 'null', '[]', '{', '"x"'])('of the text %j is refused', (text) => {
    expect(typeof parseRecord(text)).toBe('string')
  })
})
