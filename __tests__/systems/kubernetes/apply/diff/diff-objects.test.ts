import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffObjects } from '../../../../../src/systems/kubernetes/apply/diff/diff-objects.ts'
import type { KubernetesObject } from '../../../../../src/systems/kubernetes/kubernetes-object.ts'

const object = (fields: object, kind = 'ConfigMap'): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a', resourceVersion: '1' },
  ...fields,
})
const diff = (before: object, after: object, kind?: string) =>
  diffObjects(object(before, kind), object(after, kind))

describe('a diff', () => {
  test('has a line for each field that comes, goes or changes', () => {
    expect(diff({ data: { a: '1', b: '2' } }, { data: { a: '3', c: '4 5' } })).toEqual([
      '~ data.a: 1 → 3',
      '- data.b: 2',
      '+ data.c: "4 5"',
    ])
  })

  test('finds items of lists by their names, others by their places', () => {
    const spec = (containers: object[], args: string[]) => ({ spec: { containers, args } })
    expect(
      diff(
        spec(
          [
            { name: 'a', image: 'x' },
            { name: 'b', image: 'y' },
          ],
          ['1', '2'],
        ),
        spec(
          [
            { name: 'b', image: 'z' },
            { name: 'a', image: 'x' },
          ],
          ['1', '3'],
        ),
      ),
    ).toEqual(['~ spec.containers[b].image: y → z', '~ spec.args[1]: 2 → 3'])
  })

  test('shows a text of several lines by its lines', () => {
    expect(
      diff({ data: { 'a.yaml': 'one\ntwo\nthree\nfour' } }, { data: { 'a.yaml': 'one\ntwo\n3\nfour' } }),
    ).toEqual(['~ data["a.yaml"]:', '      two', '    - three', '    + 3', '      four'])
  })

  test('leaves out what the server writes for itself', () => {
    const before = object({ status: { a: 1 } })
    const after = {
      ...before,
      status: { a: 2 },
      metadata: { ...before.metadata, resourceVersion: '2', managedFields: [] },
    }
    expect(diffObjects(before, after)).toEqual([])
  })

  test('is short, however much differs', () => {
    const data = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, 'x'.repeat(1000)]))
    const lines = diff({ data: {} }, { data })
    expect(lines).toHaveLength(41)
    expect(lines.at(-1)).toBe('… 60 more lines')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200)
  })

  test('has keys that are called as what every object of the language has', () => {
    expect(diff({ data: { constructor: 'a' } }, { data: { toString: 'b' } })).toEqual([
      '- data.constructor: a',
      '+ data.toString: b',
    ])
  })

  test('is empty exactly when nothing differs, and of one line for each line', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(value, value, (one, other) => {
        const before = { data: { x: one } }
        expect(diff(before, { data: { x: structuredClone(one) } })).toEqual([])
        const lines = diff(before, { data: { x: other } })
        if (JSON.stringify(one) === JSON.stringify(other)) expect(lines).toEqual([])
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
      }),
    )
  })

  test('never shows a value of a Secret, wherever in it and whatever its kind is called', () => {
    const fields = fc.constantFrom('data', 'stringData', 'encryptedData')
    const kinds = fc.constantFrom('Secret', 'SealedSecret', 'ExternalSecret', 'VaultStaticSecret')
    const word = fc.stringMatching(/^[a-z]{8}$/)
    const place = fc.constantFrom(
      (data: object) => data,
      (data: object) => ({ spec: data }),
      (data: object) => ({ spec: { template: data } }),
      (data: object) => ({ spec: { target: { template: data } } }),
    )
    fc.assert(
      fc.property(kinds, fields, place, fc.option(word), fc.option(word), (kind, field, put, one, other) => {
        const of = (value: string | null) =>
          value === null ? {} : put({ [field]: { key: `canary${value}` } })
        const lines = diff(of(one), of(other), kind)
        expect(lines.join('\n')).not.toContain('canary')
        expect(lines.length).toBe(one === other ? 0 : 1)
      }),
    )
    const annotated = (text: string) => ({ metadata: { name: 'a', annotations: { copy: text } } })
    expect(diff(annotated('canary1'), annotated('canary2'), 'Secret')).toEqual([
      '~ metadata.annotations.copy: (hidden)',
    ])
  })
})
