import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCommitId, isRefName, repositoryUrl } from '../../../src/systems/git/names.ts'

describe('the name of a ref', () => {
  test('is accepted only if Git accepts it', () => {
    const part = fc.string({
      unit: fc.constantFrom(
        'a',
        'Z',
        '0',
        '-',
        '_',
        '.',
        '/',
        '@',
        '{',
        '~',
        '^',
        ':',
        '?',
        '*',
        '[',
        '\\',
        ' ',
        'ü',
      ),
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(part, fc.constantFrom('', '.lock', '..', '@{'), (text, end) => {
        const name = text + end
        const { status } = spawnSync('git', ['check-ref-format', '--allow-onelevel', name])
        expect(isRefName(name)).toBe(status === 0 && !name.startsWith('-'))
      }),
      { numRuns: 150 },
    )
  })

  test.each([
    '',
    '-x',
    '--upload-pack=x',
    'a\nb',
    'a\0b',
    'a'.repeat(300),
    'a..b',
    'x.lock',
    'refs/heads/.x',
  ])('is not %j', (name) => {
    expect(isRefName(name)).toBe(false)
  })
})

test('a commit id is 40 or 64 lower-case hex digits', () => {
  expect(['a'.repeat(40), '0'.repeat(64)].every(isCommitId)).toBe(true)
  expect(['a'.repeat(39), 'A'.repeat(40), 'main', `${'a'.repeat(40)}\n`].some(isCommitId)).toBe(false)
})

test('a repository is owner/name on the server of the run, or an https URL', () => {
  const url = (repository: string) => repositoryUrl(repository, 'https://github.example.com/')
  expect(url('acme/deploy-configs')).toBe('https://github.example.com/acme/deploy-configs')
  expect(url('https://gitlab.example.com/acme/x.git')).toBe('https://gitlab.example.com/acme/x.git')
  for (const other of [
    'acme',
    'acme/..',
    '-x/y',
    'acme/x/y',
    'git@github.com:acme/x',
    'http://example.com/x',
  ]) {
    expect(url(other)).toBeUndefined()
  }
})
