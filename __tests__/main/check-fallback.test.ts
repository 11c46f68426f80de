import { describe, expect, test } from 'vitest'
import { CheckFallback } from '../../src/main/check-fallback.ts'
import type { Annotation, CommitStatus, Written } from '../../src/systems/github/github.ts'
import { cancelled, done, failed, notAsked, stage } from '../report/report-of.ts'
import { annotation } from '../systems/github/subject.ts'

function open(answer: Written = { written: true }) {
  const shown: string[] = []
  const statuses: (Pick<CommitStatus, 'state' | 'description'> & { stage: string })[] = []
  const fallback = new CheckFallback(
    {
      annotate: (level, text, { file, line, title }) =>
        shown.push(`${level} ${file}:${line} ${title}: ${text}`),
    },
    (status, id) => {
      statuses.push({ ...status, stage: id })
      return Promise.resolve(answer)
    },
  )
  return { fallback, shown, statuses }
}

const many = (count: number, level: Annotation['level']): Annotation[] =>
  Array.from({ length: count }, (_, index) => ({ ...annotation(index + 1), level }))

describe('what stands in for check runs', () => {
  test('marks the worst lines by commands, as many as the runner shows, and says how many are left', () => {
    const { fallback, shown } = open()
    fallback.annotate([...many(12, 'failure'), ...many(9, 'warning'), ...many(11, 'notice')])
    expect(shown.filter((line) => line.startsWith('error'))).toHaveLength(9)
    expect(shown.filter((line) => line.startsWith('warning'))).toHaveLength(7)
    expect(shown.filter((line) => line.startsWith('notice'))).toHaveLength(10)
    expect(shown[0]).toBe('error src/server.ts:1 eslint: no-eval: eval on line 1')
    expect(fallback.explain()).toEqual([expect.stringMatching(/^6 more findings have no annotation/)])
  })

  test('is a commit status for each stage that ran', async () => {
    const { fallback, statuses } = open()
    fallback.need('The check run was not written: Not Found.')
    for (const each of [stage('build', done), stage('test', failed({ message: 'one test failed' }))])
      await fallback.write(each)
    await fallback.write(stage('scan', cancelled))
    await fallback.write(stage('image', notAsked))
    expect(statuses).toEqual([
      { stage: 'build', state: 'success', description: 'passed in 2.5 s' },
      { stage: 'test', state: 'failure', description: 'test.run: one test failed' },
      { stage: 'scan', state: 'error', description: 'cancelled after 2.5 s' },
    ])
    expect(fallback.explain()).toEqual([
      'The check run was not written: Not Found. Each stage has a commit status instead, and what was found is annotated from the log.',
    ])
  })

  test('asks for no further status where one was refused, and says so once', async () => {
    const { fallback, statuses } = open({
      written: false,
      code: 'E_GITHUB_PERMISSION',
      refused: true,
      reason: 'no',
    })
    fallback.need('The check run was not written: no.')
    fallback.need('said before')
    for (const id of ['build', 'test'])
      expect(await fallback.write(stage(id, done))).toEqual({ written: true })
    expect(statuses).toHaveLength(1)
    expect(fallback.explain()).toEqual([
      'The check run was not written: no. Instead, what was found is annotated from the log.',
    ])
  })

  test('has nothing to say where it was not needed', () => {
    expect(open().fallback.explain()).toEqual([])
  })
})
