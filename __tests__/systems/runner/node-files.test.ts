import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Files } from '../../../src/systems/runner/files.ts'
import { createFiles } from '../../../src/systems/runner/node-files.ts'

let folder = ''
let root = ''
let files: Files

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagegate-files-'))
  root = join(folder, 'work')
  await mkdir(root)
  files = createFiles({ temporary: join(folder, 'temporary') })
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function put(path: string, content = path): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), content)
}

async function textOf(path: string): Promise<string> {
  let text = ''
  for await (const chunk of files.stream(root, path)) text += Buffer.from(chunk).toString()
  return text
}

/** A program that makes a folder a link to another one and a folder again, until it is ended. */
const swap = `
const { renameSync, symlinkSync, unlinkSync } = require('node:fs')
const [, folder, elsewhere] = process.argv
for (;;) {
  renameSync(folder, folder + '-kept')
  symlinkSync(elsewhere, folder)
  for (let spin = 0; spin < 20000; spin += 1);
  unlinkSync(folder)
  renameSync(folder + '-kept', folder)
  for (let spin = 0; spin < 20000; spin += 1);
}
`

describe('A file', () => {
  it('is read by a path within its root, absolute or not', async () => {
    await put('k8s/a.yaml')
    expect(await files.read(root, 'k8s/a.yaml')).toBe('k8s/a.yaml')
    expect(await files.read(root, './k8s/../k8s/a.yaml')).toBe('k8s/a.yaml')
    expect(await files.read(root, join(root, 'k8s/a.yaml'))).toBe('k8s/a.yaml')
    expect(await textOf('k8s/a.yaml')).toBe('k8s/a.yaml')
  })

  it('that is not there, or is no file, is undefined', async () => {
    await put('k8s/a.yaml')
    await symlink('nowhere', join(root, 'dangling'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    for (const path of ['b.yaml', 'k8s', 'k8s/a.yaml/b', 'dangling', 'pipe']) {
      expect(await files.read(root, path)).toBeUndefined()
    }
    expect(await files.read(join(root, 'no-root'), 'a')).toBeUndefined()
    await expect(textOf('b.yaml')).rejects.toMatchObject({ code: 'E_REPORT_UNREADABLE' })
  })

  it.each([
    '../outside',
    '../work-beside/a',
    '/etc/hostname',
    'link',
    'folder/secret',
    'k8s/../../outside',
    '../not-there',
  ])('outside of the root is never read: %s', async (path) => {
    await put('k8s/a.yaml')
    await writeFile(join(folder, 'outside'), 'secret')
    await mkdir(join(folder, 'work-beside'))
    await writeFile(join(folder, 'work-beside', 'a'), 'secret')
    await writeFile(join(folder, 'work-beside', 'secret'), 'secret')
    await symlink('../outside', join(root, 'link'))
    await symlink('../work-beside', join(root, 'folder'))
    await expect(files.read(root, path)).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
    await expect(textOf(path)).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })

  it('outside of the root is never read either while a link is put in the place of a folder, again and again', async () => {
    await put('k8s/a.yaml', 'inside')
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(join(folder, 'elsewhere', 'a.yaml'), 'secret')
    const swapping = spawn(process.execPath, ['-e', swap, join(root, 'k8s'), join(folder, 'elsewhere')])
    const seen = new Map<unknown, number>()
    const count = (outcome: unknown) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    try {
      const enough = () => Math.min(...['inside', 'E_PATH_OUTSIDE'].map((each) => seen.get(each) ?? 0)) >= 500
      while (!enough())
        await files.read(root, 'k8s/a.yaml').then(count, (thrown: unknown) => {
          count((thrown as { readonly code?: string }).code)
        })
    } finally {
      swapping.kill('SIGKILL')
      await new Promise((resolve) => swapping.once('exit', resolve))
    }
    // Undefined: neither was there.
    seen.delete(undefined)
    expect([...seen.keys()].toSorted()).toEqual(['E_PATH_OUTSIDE', 'inside'])
  })

  it('may be a link within the root, and the root may be a link', async () => {
    await put('a.yaml')
    await symlink('a.yaml', join(root, 'link.yaml'))
    await symlink('work', join(folder, 'also-work'))
    expect(await files.read(root, 'link.yaml')).toBe('a.yaml')
    expect(await files.read(join(folder, 'also-work'), 'a.yaml')).toBe('a.yaml')
    expect(await files.find(join(folder, 'also-work'), ['*.yaml'])).toHaveLength(2)
  })

  it('that is larger than allowed is an error', async () => {
    await put('big', 'x'.repeat(101))
    await expect(files.read(root, 'big', { maxBytes: 100 })).rejects.toMatchObject({
      code: 'E_FILE_TOO_LARGE',
    })
    expect(await files.read(root, 'big', { maxBytes: 101 })).toHaveLength(101)
  })
})

describe('Finding', () => {
  it('gives files, absolute, sorted and once each', async () => {
    for (const path of ['k8s/b.yaml', 'k8s/a.yaml', 'k8s/deep/c.yaml', 'k8s/d.json', 'Z.yaml'])
      await put(path)
    const found = await files.find(root, ['k8s/**/*.yaml', 'k8s/*.yaml', '*.yaml', 'k8s'])
    expect(found.map((path) => path.slice(root.length + 1))).toEqual([
      'Z.yaml',
      'k8s/a.yaml',
      'k8s/b.yaml',
      'k8s/deep/c.yaml',
    ])
  })

  it('gives nothing from outside of the root, nor from where nobody looks', async () => {
    await writeFile(join(folder, 'outside.yaml'), '')
    await symlink('../outside.yaml', join(root, 'link.yaml'))
    await symlink('..', join(root, 'folder'))
    await put('node_modules/a/b.yaml')
    await put('.git/c.yaml')
    expect(
      await files.find(root, ['**/*.yaml', '../*.yaml', 'folder/*.yaml', join(folder, '*.yaml')]),
    ).toEqual([])
  })
})

describe('Writing', () => {
  it('makes a file that only this user can read, and leaves nothing unfinished', async () => {
    const path = join(folder, 'new', 'file')
    await files.write(path, 'one')
    await files.write(path, Buffer.from('two'))
    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'new'))).toEqual(['file'])
  })

  it('that fails leaves nothing unfinished either', async () => {
    await mkdir(join(root, 'taken', 'by'), { recursive: true })
    await expect(files.write(join(root, 'taken'), 'x')).rejects.toThrow()
    expect(await readdir(root)).toEqual(['taken'])
  })
})

it('Folders are made in the temporary folder for this user only, each a new one', async () => {
  const one = await files.makeFolder('configs')
  const other = await files.makeFolder('configs')
  expect(one).not.toBe(other)
  expect(one.startsWith(join(folder, 'temporary', 'configs-'))).toBe(true)
  expect((await stat(one)).mode & 0o777).toBe(0o700)
  expect(await files.isDirectory(one)).toBe(true)
  await files.remove(one)
  expect(await files.exists(one)).toBe(false)
})
