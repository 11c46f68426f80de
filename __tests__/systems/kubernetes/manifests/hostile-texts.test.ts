import { describe, expect, test } from 'vitest'
import { hostileYaml } from '../../../fixtures/hostile-yaml.ts'
import { limits } from '../../../../src/systems/kubernetes/manifests/limits.ts'
import { parseManifests } from '../../../../src/systems/kubernetes/manifests/parse-manifests.ts'

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'
const problemsOf = (text: string) => parseManifests(text, 'a.yaml').problems
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

describe('a text that has hurt parsers', () => {
  test.each(Object.entries(hostileYaml))(
    'such as %s gives manifests or problems, and nothing else',
    (_what, text) => {
      for (const each of [text, `${head}data:\n  ${text.replaceAll('\n', '\n  ')}`]) {
        const { manifests, problems } = parseManifests(each, 'a.yaml')
        expect(manifests.every(({ object }) => typeof object.metadata.name === 'string')).toBe(true)
        expect(problems.every((problem) => problem.startsWith('a.yaml:'))).toBe(true)
      }
      expect(({} as Record<string, unknown>).admin).toBeUndefined()
    },
  )
})

describe('what unfolds or nests without end', () => {
  test('by merge keys is refused, which no parser counts as aliases', () => {
    const levels = lines(9, (i) => `x${i + 1}: &x${i + 1} {<<: [${Array(10).fill(`*x${i}`).join(',')}]}`)
    expect(problemsOf(`${head}x0: &x0 {a: b}\n${levels}\n`)).toEqual([
      `a.yaml:1: its aliases unfold to more than ${limits.values} values`,
    ])
  })

  test('by an alias to itself is refused', () => {
    expect(problemsOf(`${head}data: &a {b: *a}\n`)).toEqual(['a.yaml:1: the alias *a leads to itself'])
  })

  test('by aliases inside each other is refused', () => {
    const levels = lines(120, (i) => `x${i + 1}: &x${i + 1} {a: *x${i}}`)
    expect(problemsOf(`${head}x0: &x0 {a: b}\n${levels}\n`)).toEqual([
      expect.stringMatching(/more than 100 deep/),
    ])
  })

  test.each([
    ['by brackets', `data: ${'['.repeat(101)}`],
    ['by dashes', `data:\n${'- '.repeat(101)}a`],
    ['by thousands of levels', `data:\n${lines(4_000, (i) => `${' '.repeat(i + 1)}a:`)}`],
    ['by many levels', `data:\n${lines(120, (i) => `${' '.repeat(i + 1)}a:`)}`],
  ])('%s is refused with its line', (_what, text) => {
    expect(problemsOf(head + text)).toEqual([expect.stringMatching(/^a\.yaml:\d+: .*more than 100 deep/)])
  })

  test('is not what people write: aliases of a few values, definitions of forty levels', () => {
    const shared = `x-labels: &labels {a: b}\nspec: [${Array(50).fill('*labels').join(', ')}]\n`
    expect(problemsOf(head + shared)).toEqual([])
    expect(problemsOf(`${head}spec:\n${lines(40, (i) => `${'  '.repeat(i + 1)}a:`)} b\n`)).toEqual([])
  })

  test('uses an anchor again as YAML does: the last one before it counts', () => {
    const { manifests } = parseManifests(`${head}a: &x 1\nb: *x\nc: &x {d: 2}\ne: *x\n`, 'a.yaml')
    expect(manifests[0]?.object).toMatchObject({ a: 1, b: 1, c: { d: 2 }, e: { d: 2 } })
  })
})

describe('bookkeeping', () => {
  test.each([
    [
      'metadata: {name: a, annotations: {stagegate.dev/commit: abc}}',
      'metadata.annotations["stagegate.dev/commit"]',
    ],
    [
      'metadata: {name: a, labels: {applyset.kubernetes.io/part-of: x}}',
      'metadata.labels["applyset.kubernetes.io/part-of"]',
    ],
    [
      'metadata: {name: a, annotations: {stagegate.dev/wiat: skip}}',
      'metadata.annotations["stagegate.dev/wiat"]',
    ],
    [
      'metadata: {name: a}\nspec: {template: {metadata: {annotations: {stagegate.dev/config-hash: x}}}}',
      'spec.template.metadata.annotations["stagegate.dev/config-hash"]',
    ],
    [
      'metadata: {name: a}\nspec: {jobTemplate: {spec: {template: {metadata: {labels: {stagegate.dev/x: x}}}}}}',
      'spec.jobTemplate.spec.template.metadata.labels["stagegate.dev/x"]',
    ],
  ])('in a manifest is refused: %s', (text, key) => {
    expect(problemsOf(`apiVersion: v1\nkind: X\n${text}\n`)).toEqual([
      `a.yaml:1: ${key} is for our own bookkeeping and cannot be set by a manifest`,
    ])
  })

  test('is not what people set for the rollout, nor what others have', () => {
    const text = 'metadata: {name: a, annotations: {stagegate.dev/wait: skip, example.com/stagegate.dev: x}}'
    expect(problemsOf(`apiVersion: v1\nkind: X\n${text}\n`)).toEqual([])
  })
})
