import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installedVersion } from '../../../src/main/ledger/installed-version.ts'
import { newFolder } from '../../systems/new-folder.ts'

/** A virtual environment as pip leaves it: the program, and what is said of its package. */
function install(versions: readonly string[], options: { head?: string; metadata?: string } = {}): string {
  const prefix = newFolder()
  mkdirSync(join(prefix, 'bin'))
  const program = join(prefix, 'bin', 'semgrep')
  writeFileSync(program, `${options.head ?? `#!${prefix}/bin/python3.11`}\nimport sys\n`)
  versions.forEach((version, index) => {
    const folder = join(
      prefix,
      'lib',
      `python3.${11 + index}`,
      'site-packages',
      `semgrep-${version}.dist-info`,
    )
    mkdirSync(folder, { recursive: true })
    const text =
      options.metadata ?? `Metadata-Version: 2.1\nName: semgrep\nVersion: ${version}\n\nText.\nVersion: 9.9\n`
    writeFileSync(join(folder, 'METADATA'), text)
  })
  return program
}

test('the version of a Python program is read from its package, through a link too', async () => {
  const program = install(['1.157.0'])
  expect(await installedVersion(program, 'semgrep')).toBe('1.157.0')
  const link = join(newFolder(), 'semgrep')
  symlinkSync(program, link)
  expect(await installedVersion(link, 'semgrep')).toBe('1.157.0')
})

test.each([
  ['has another name', () => install(['1.0.0']), 'schemathesis'],
  ['is installed for two versions of Python', () => install(['1.0.0', '1.1.0']), 'semgrep'],
  ['is no Python program', () => install(['1.0.0'], { head: '#!/bin/sh' }), 'semgrep'],
  [
    'starts Python by its environment',
    () => install(['1.0.0'], { head: '#!/usr/bin/env python3' }),
    'semgrep',
  ],
  ['has no package', () => install([]), 'semgrep'],
  [
    'says no version in its head',
    () => install(['1.0.0'], { metadata: 'Name: semgrep\n\nVersion: 1.0.0\n' }),
    'semgrep',
  ],
  ['is not there', () => join(newFolder(), 'semgrep'), 'semgrep'],
])('nothing is read of one that %s: it is asked itself', async (_what, program, name) => {
  expect(await installedVersion(program(), name)).toBeUndefined()
})
