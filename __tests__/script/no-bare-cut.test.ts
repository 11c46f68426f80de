import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Linter } from 'eslint'
import ts from 'typescript'
import tseslint from 'typescript-eslint'
import { expect, test } from 'vitest'
import { noBareCut } from '../../script/lint/no-bare-cut.js'

const declarations = `
declare const text: string
declare const maybe: string | undefined
declare const bytes: Uint8Array
declare const list: readonly string[]
declare const commit: string
declare const LIMIT: number
`

/** How often the rule speaks about some code. */
function count(code: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'))
  const path = join(folder, 'a.ts')
  const source = `${declarations}${code}\n`
  writeFileSync(path, source)
  const program = ts.createProgram([path], { strict: true, target: ts.ScriptTarget.ES2022, types: [] })
  const messages = new Linter({ cwd: folder }).verify(
    source,
    [
      {
        files: ['**/*.ts'],
        languageOptions: {
          parser: tseslint.parser,
          parserOptions: { programs: [program] },
        },
        plugins: { local: { rules: { 'no-bare-cut': noBareCut } } },
        rules: { 'local/no-bare-cut': 'error' },
      },
    ],
    { filename: path },
  )
  expect(messages.filter((each) => each.ruleId !== 'local/no-bare-cut')).toEqual([])
  return messages.length
}

test.each([
  'text.slice(0, 200)',
  'text.slice(0, LIMIT)',
  'text.slice(-500)',
  'text.substring(0, LIMIT)',
  'text.substr(2, 3)',
  'maybe?.slice(0, 10)',
  'list.map((line) => line.slice(0, 500))',
  'text.trim().split(" ").join(" ").slice(0, LIMIT - 1)',
  'bytes.subarray(0, LIMIT)',
  'bytes.slice(0, 10)',
  '// eslint-disable-next-line local/no-bare-cut\ntext.slice(0, 10)',
])('The linter refuses %s', (code) => {
  expect(count(code)).toBe(1)
})

test.each([
  'list.slice(0, 5)',
  'list.slice(-5)',
  'text.slice(LIMIT)',
  'text.slice(1, -1)',
  'const at = text.indexOf(":"); text.slice(0, at)',
  'const found = /:/.exec(text)!; text.slice(0, found.index)',
  'commit.slice(0, 12)',
  'new Date().toISOString().slice(0, 10)',
  '// eslint-disable-next-line local/no-bare-cut -- it is our own name\ntext.slice(0, 10)',
])('The linter says nothing about %s', (code) => {
  expect(count(code)).toBe(0)
})
