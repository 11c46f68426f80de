import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listItem } from '../../../src/systems/runner/list-item.ts'

test('a path as people write it stays as it is', () => {
  expect(listItem("/srv/policy/my rules/[a]'s.rego")).toBe("/srv/policy/my rules/[a]'s.rego")
})

test.each([
  ['values,/tmp/outside.yaml', '"values,/tmp/outside.yaml"'],
  ['a"b', '"a""b"'],
  ['","/tmp/x', '""",""/tmp/x"'],
])('%s is one item of a line of CSV', (text, item) => {
  expect(listItem(text)).toBe(item)
})

test('any text is read back from the line as the one item that it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(readCsv(listItem(text))).toEqual([text])
    }),
  )
})

/** RFC 4180, section 2: the fields of one record. */
function readCsv(line: string): readonly string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|$)/g)
  return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}
