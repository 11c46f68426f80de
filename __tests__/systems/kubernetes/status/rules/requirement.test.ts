import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findAll, parseJsonPath } from '../../../../../src/systems/kubernetes/status/rules/json-path.ts'
import { fulfils, parseRequirement } from '../../../../../src/systems/kubernetes/status/rules/requirement.ts'

const object = {
  apiVersion: 'example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'x' } },
  status: {
    phase: 'Running',
    size: 3,
    ok: true,
    'a.b': 'dotted',
    address: '',
    nodes: [
      { name: 'one', state: 'up' },
      { name: 'two', state: 'down' },
    ],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Stalled', status: 'False' },
    ],
  },
}

describe('a path', () => {
  test.each<[string, readonly unknown[]]>([
    ['{.status.phase}', ['Running']],
    ['.status.phase', ['Running']],
    ['$.status.size', [3]],
    ['{.status.nodes[0].name}', ['one']],
    ['{.status.nodes[-1].name}', ['two']],
    ['{.status.nodes[*].state}', ['up', 'down']],
    ['{.status.nodes[?(@.name=="two")].state}', ['down']],
    ["{.status.nodes[?(@.name=='one')].state}", ['up']],
    [String.raw`{.metadata.labels.app\.kubernetes\.io/name}`, ['x']],
    ["{.metadata.labels['app.kubernetes.io/name']}", ['x']],
    [String.raw`{.status.a\.b}`, ['dotted']],
    ['{.status.none.phase}', []],
    ['{.status.phase.length}', []],
    ['{.status.constructor}', []],
  ])('%s leads to %j', (text, values) => {
    expect(findAll(object, parseJsonPath(text)!)).toEqual(values)
  })

  test.each([
    '',
    'status',
    '{status}',
    '{.status[?(@.length)]}',
    '{.status..phase}',
    '{range .items[*]}',
    '{.a[1:2]}',
  ])('%s is none', (text) => {
    expect(parseJsonPath(text)).toBeUndefined()
  })

  test('is found by its own words, whatever the fields are called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/), { minLength: 1, maxLength: 6 }),
        (fields) => {
          const value = fields.reduceRight<unknown>((inner, field) => ({ [field]: inner }), 'found')
          expect(findAll(value, parseJsonPath(`{.${fields.join('.')}}`)!)).toEqual(['found'])
        },
      ),
    )
  })

  test('of any text is read or refused, never an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const path = parseJsonPath(text)
        if (path !== undefined) findAll(object, path)
        parseRequirement(text)
      }),
    )
  })
})

describe('a requirement', () => {
  test.each<[string, boolean]>([
    ['condition=Ready', true],
    ['condition=Ready=true', true],
    ['condition=Ready=False', false],
    ['condition=Stalled=False', true],
    ['condition=Synced', false],
    ['{.status.phase}=Running', true],
    ['jsonpath={.status.phase}=Running', true],
    ["jsonpath='{.status.phase}'=Running", true],
    ['{.status.phase}="Running"', true],
    ['.status.phase=Running', true],
    ['{.status.phase}=Stopped', false],
    ['{.status.size}=3', true],
    ['{.status.ok}=true', true],
    ['{.status.phase}', true],
    ['{.status.address}', false],
    ['{.status.none}', false],
    ['{.status.nodes[*].state}=up', false],
    ['{.status.nodes}=[object Object]', false],
  ])('%s is fulfilled: %s', (text, isFulfilled) => {
    const requirement = parseRequirement(text)
    expect(requirement?.text).toBe(text)
    expect(fulfils(object, requirement!)).toBe(isFulfilled)
  })

  test.each(['', 'Ready', 'condition=', 'condition=a b', '{.status.phase}=', '{.status.phase}==x', 'delete'])(
    '%s is none',
    (text) => {
      expect(parseRequirement(text)).toBeUndefined()
    },
  )
})
