import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseManifests } from '../../../../src/systems/kubernetes/manifests/parse-manifests.ts'
import { readManifests } from '../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { contextOf } from './source-context.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stagegate-bounds-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** A ConfigMap with so many texts of a million letters. */
function large(name: string, millions: number, quote: string): string {
  const text = `${quote}${'x'.repeat(1_000_000)}${quote}`
  const lines = Array.from({ length: millions }, (_, index) => `  k${index}: ${text}\n`)
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${lines.join('')}`
}

const named = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

async function problems(): Promise<readonly string[]> {
  return readManifests(contextOf(root, ['.'])).then(
    () => expect.fail('it was read'),
    (thrown: unknown) => (thrown as { readonly evidence: readonly string[] }).evidence,
  )
}

describe('sources that are too much together', () => {
  test('by their characters are not parsed beyond what is allowed', async () => {
    const comments = `# ${'x'.repeat(997)}\n`.repeat(9_000)
    for (let index = 0; index < 7; index += 1)
      await writeFile(join(root, `${index}.yaml`), `kind: X\n${comments}`)
    // What is wrong with the first five is said; the others were not looked at.
    expect(await problems()).toEqual([
      ...Array<unknown>(5).fill(expect.stringMatching(/^\d\.yaml:1: apiVersion is missing/)),
      'there are more than 50000000 characters of manifests; the rest was not read',
    ])
  })

  test('by their objects are not parsed beyond what is allowed', async () => {
    const list = (letter: string) =>
      JSON.stringify({
        kind: 'List',
        items: Array.from({ length: 2600 }, (_, index) => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `${letter}${index}` },
        })),
      })
    await writeFile(join(root, '1.json'), list('a'))
    await writeFile(join(root, '2.json'), list('b'))
    expect(await problems()).toEqual(['there are more than 5000 objects; the rest was not read'])
  })
})

describe('a text', () => {
  test('with a word that no request can hold is refused before it is parsed', () => {
    const text = `${named('a')}data: {a: 'x', b: "${'y'.repeat(3_145_728)}"}\n`
    expect(parseManifests(text, 'a.yaml').problems).toEqual([
      'a.yaml:4: there is a text of more than 3145728 characters',
    ])
  })

  test('of several documents may be longer than one of them may be', () => {
    const one = large('a', 6, "'")
    expect(parseManifests(`${one}---\n${one}`, 'a.yaml').problems).toEqual([])
    expect(parseManifests(large('a', 11, "'"), 'a.yaml').problems).toEqual([
      expect.stringMatching(/^a\.yaml:\d+: a document has more than 10000000 characters$/),
    ])
  })
})

describe('the memory of what was read', () => {
  test('is that of its texts, not that of how they were built', async () => {
    for (const name of ['a', 'b', 'c']) await writeFile(join(root, `${name}.yaml`), large(name, 3, '"'))
    // Letters of texts in double quotes take 32 bytes each while they are put together: 96 MB for each file.
    const program = `
      import { readFile } from 'node:fs/promises'
      const { parseManifests } = await import(${JSON.stringify(new URL('../../../../src/systems/kubernetes/manifests/parse-manifests.ts', import.meta.url).href)})
      const read = []
      for (const name of ['a', 'b', 'c']) read.push(parseManifests(await readFile(name + '.yaml', 'utf8'), name))
      console.log(read.flatMap((each) => each.manifests).length, read.flatMap((each) => each.problems).length)
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--max-old-space-size=200', '--input-type=module', '-e', program],
      { cwd: root },
    )
    expect(stdout).toBe('3 0\n')
  })
})
