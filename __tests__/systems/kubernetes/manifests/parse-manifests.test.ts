import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseManifests } from '../../../../src/systems/kubernetes/manifests/parse-manifests.ts'

const objectsOf = (text: string) => {
  const { manifests, problems } = parseManifests(text, 'k8s/app.yaml')
  expect(problems).toEqual([])
  return manifests.map((each) => each.object)
}
const problemsOf = (text: string) => parseManifests(text, 'k8s/app.yaml').problems

const configMap = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: ${data}\n`

describe('a file of manifests', () => {
  test('gives each document with the line where it stands', () => {
    const text = `# a comment\n---\n${configMap('{a: b}')}---\n\n---\n# another\n${configMap('{c: d}').replace('name: a', 'name: b')}`
    const { manifests, problems } = parseManifests(text, 'k8s/app.yaml')
    expect(problems).toEqual([])
    expect(manifests.map((each) => [each.object.metadata.name, each.source])).toEqual([
      ['a', 'k8s/app.yaml:3'],
      ['b', 'k8s/app.yaml:11'],
    ])
  })

  test('may write a character as its surrogate pair', () => {
    const [object] = objectsOf(configMap(String.raw`{a: "\ud83d\ude00"}`))
    expect(object?.data).toEqual({ a: '😀' })
  })

  test('gives the items of a list with their own lines', () => {
    const text =
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n'
    const { manifests } = parseManifests(text, 'x.yaml')
    expect(manifests.map((each) => each.source)).toEqual(['x.yaml:4', 'x.yaml:7'])
  })

  test('may be JSON', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { b: 'yes', c: '0644' },
    }
    expect(objectsOf(JSON.stringify(object, null, '\t'))).toEqual([object])
  })

  test('keeps any JSON object as it is', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/)
    const text = fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed())
    fc.assert(
      fc.property(name, fc.dictionary(name, text), (metadataName, data) => {
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: metadataName }, data }
        expect(objectsOf(JSON.stringify(object))).toEqual([object])
      }),
    )
  })

  // What kubectl 1.34 makes of the same text.
  test.each([
    ['yes', true],
    ['y', true],
    ['off', false],
    ['0644', 420],
    ['0o17', 15],
    ['08', 8],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['~', null],
    ['12:30', '12:30'],
    ['190:20:30.15', '190:20:30.15'],
    ['2026-01-31', '2026-01-31'],
    ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00Z'],
    ['!!binary aGk=', 'hi'],
    ['"0644"', '0644'],
    ['=', '='],
  ])('reads %s as kubectl does', (text, value) => {
    const [object] = objectsOf(`${configMap('{}')}spec: {a: ${text}}\n`)
    expect(object?.spec).toEqual({ a: value })
  })

  test('keeps fields that no client library knows', () => {
    const [object] = objectsOf(
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {ingress: [{from: [{podSelector: {}}]}], fieldOfTomorrow: 1}\n',
    )
    expect(object?.spec).toEqual({ ingress: [{ from: [{ podSelector: {} }] }], fieldOfTomorrow: 1 })
  })

  test('leaves out what kubectl writes empty', () => {
    const [object] = objectsOf(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, creationTimestamp: null}\nstatus: {}\n`,
    )
    expect(object).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } })
  })
})

describe('a file with errors', () => {
  test('has all of them told, each with its line', () => {
    const text = `${configMap('{a: b, a: c}')}---\nkind: ConfigMap\nmetadata: {name: b}\n---\n${configMap('{}').replace('name: a', 'uid: x')}---\n- 1\n`
    expect(problemsOf(text)).toEqual([
      'k8s/app.yaml:4: Map keys must be unique',
      'k8s/app.yaml:6: apiVersion is missing or no text',
      'k8s/app.yaml:9: metadata.name is missing or no text',
      'k8s/app.yaml:14: a manifest is a mapping with apiVersion, kind and metadata',
    ])
  })

  test.each([
    ['status: {replicas: 1}', /status is written by the server/],
    ['spec: {id: 12345678901234567890}', /spec\.id: the number .* too large/],
    ['x: {z: .inf}', /x\.z: the number/],
    [String.raw`x: {z: "a\ud800b"}`, /x\.z: the text has half of a surrogate pair \(\\ud800 to/],
    [String.raw`x: ["\udc00\ud83d"]`, /x\.0: the text has half/],
    [String.raw`x: {v: {"\udfff": z}}`, /x\.v: a key has half/],
    ['x: *nowhere', /^k8s\/app\.yaml:5: The alias \(\*\)(?!.*nowhere)/],
    ['x: [1', /./],
    ['x: !!js/function "f"', /app\.yaml:5: Unresolved tag/],
  ])('such as %s is refused', (line, message) => {
    expect(problemsOf(`${configMap('{}')}${line}\n`).join('\n')).toMatch(message)
  })

  test('is told of an annotation for the rollout that nobody understands', () => {
    const text = configMap('{}').replace('name: a', 'name: a, annotations: {stagegate.dev/wait: later}')
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/annotation stagegate\.dev\/wait: ready, present or skip is expected/),
    ])
  })

  test.each(['uid: x', 'resourceVersion: "1"', 'managedFields: []', 'generation: 1', 'generateName: a-'])(
    'such as metadata with %s is refused',
    (field) => {
      expect(problemsOf(configMap('{}').replace('name: a', `name: a, ${field}`))).toHaveLength(1)
    },
  )

  test('of syntax is told once, not once for each word after it', () => {
    expect(problemsOf(`${configMap('{}')}x:\n  - a: b: c }\n    d: { e: f }\n`)).toEqual([
      'k8s/app.yaml:6: Nested mappings are not allowed in compact mappings',
    ])
  })

  test('such as a bomb of aliases is refused without being unfolded', () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`,
    )
    const bomb = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nl0: &l0 lol\n${levels.join('\n')}\n`
    expect(problemsOf(bomb)).toEqual(['k8s/app.yaml:1: its aliases unfold to more than 500000 values'])
  })

  test('never throws, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        parseManifests(text, 'x.yaml')
      }),
    )
  })
})
