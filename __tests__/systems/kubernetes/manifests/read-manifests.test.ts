import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readManifests } from '../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { contextOf } from './source-context.ts'

let folder: string
let root: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagegate-manifests-'))
  root = join(folder, 'checkout')
  await mkdir(root)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
}

async function read(...paths: readonly string[]): Promise<readonly string[]> {
  const { manifests } = await readManifests(contextOf(root, paths))
  return manifests.map(({ object, source }) => `${object.metadata.name} ${source}`)
}

describe('manifests', () => {
  test('are read from files, folders and globs in the order in which these are named', async () => {
    await write('k8s/b.yaml', configMap('b'))
    await write('k8s/a.yml', configMap('a'))
    await write(
      'k8s/c.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
    )
    await write('k8s/notes.txt', 'no manifest')
    await write('k8s/deeper/d.yaml', configMap('d'))
    await write('first.yaml', configMap('first'))
    expect(await read('first.yaml', 'k8s/')).toEqual([
      'first first.yaml:1',
      'a k8s/a.yml:1',
      'b k8s/b.yaml:1',
      'c k8s/c.json:1',
    ])
    expect(await read('k8s/**/*.yaml', './k8s/b.yaml')).toEqual(['b k8s/b.yaml:1', 'd k8s/deeper/d.yaml:1'])
  })

  test('with errors are refused with all of them, and where they are', async () => {
    await write('k8s/a.yaml', `${configMap('a')}---\nkind: X\n`)
    await write('k8s/b.yaml', `\n\n${configMap('a')}`)
    await expect(read('k8s', 'nowhere.yaml')).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: 'The manifests have 3 errors.',
      evidence: [
        'nowhere.yaml: there is no such file',
        'k8s/a.yaml:5: apiVersion is missing or no text',
        'k8s/b.yaml:3: ConfigMap a is defined before, at k8s/a.yaml:1',
      ],
      state: 'Nothing was applied.',
    })
  })

  test.each(['../outside.yaml', '/etc/passwd', 'k8s/../../outside.yaml'])(
    'at %s, outside of the checkout, are refused',
    async (path) => {
      await writeFile(join(folder, 'outside.yaml'), configMap('outside'))
      await expect(read(path)).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
    },
  )

  test('behind a link that leads out of the checkout are not read', async () => {
    await mkdir(join(folder, 'secret'))
    await writeFile(join(folder, 'secret', 'a.yaml'), configMap('outside'))
    await symlink(join(folder, 'secret'), join(root, 'k8s'))
    await symlink(join(folder, 'secret', 'a.yaml'), join(root, 'a.yaml'))
    await expect(read('k8s')).rejects.toMatchObject({
      code: expect.stringMatching(/E_MANIFEST_INVALID|E_PATH_OUTSIDE/) as string,
    })
    await expect(read('a.yaml')).rejects.toMatchObject({
      code: expect.stringMatching(/E_MANIFEST_INVALID|E_PATH_OUTSIDE/) as string,
    })
  })
})
