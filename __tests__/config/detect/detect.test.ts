import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detect } from '../../../src/config/detect/detect.ts'
import { openWorkspace } from '../../../src/config/detect/workspace.ts'
import { makeWorkspace } from '../temporary-workspace.ts'

const scripts = (names: Readonly<Record<string, string>>): string =>
  JSON.stringify({ version: '1.1.0', scripts: names })
const look = (files: Readonly<Record<string, string>>) => detect(openWorkspace(makeWorkspace(files)))
const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\n'

describe('detection in an empty workspace', () => {
  it('finds nothing, and says for everything what it looked for', async () => {
    const { project, ...rest } = await look({})
    for (const each of [...Object.values(project), ...Object.values(rest)]) {
      expect(each).toEqual({ found: false, lookedFor: expect.stringMatching(/\w/) as string })
    }
  })
})

describe('detection of a Node project', () => {
  it('takes the steps from the scripts of package.json', async () => {
    const { project } = await look({
      'package.json': scripts({
        build: 'tsc',
        lint: 'eslint .',
        typecheck: 'tsc',
        test: 'vitest',
        'test:integration': 'x',
      }),
      'package-lock.json': '{}',
    })
    expect(project).toMatchObject({
      version: { value: '1.1.0', by: 'package.json' },
      prepare: { value: 'npm ci', by: 'there is a package-lock.json' },
      compile: { value: 'npm run build', by: 'package.json has a script "build"' },
      lint: { value: 'npm run lint' },
      analyze: { value: 'npm run typecheck' },
      unit: { value: 'npm run test' },
      integration: { value: 'npm run test:integration' },
    })
  })

  it.each([
    ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm run build'],
    ['yarn.lock', 'yarn install --frozen-lockfile', 'yarn run build'],
    ['npm-shrinkwrap.json', 'npm ci', 'npm run build'],
  ])('takes the package manager from %s', async (lock, install, build) => {
    const { project } = await look({ 'package.json': scripts({ build: 'tsc' }), [lock]: '' })
    expect(project).toMatchObject({ prepare: { value: install }, compile: { value: build } })
  })

  it('knows that Yarn renamed its option', async () => {
    const { project } = await look({ 'package.json': scripts({}), 'yarn.lock': '', '.yarnrc.yml': '' })
    expect(project.prepare).toMatchObject({ value: 'yarn install --immutable' })
  })

  it('installs nothing without a lock file, and says so', async () => {
    const { project } = await look({ 'package.json': scripts({ build: 'tsc' }) })
    expect(project.prepare).toEqual({
      found: false,
      lookedFor: expect.stringContaining('a lock file') as string,
    })
    expect(project.compile).toMatchObject({ value: 'npm run build' })
  })

  it('does not take for tests what npm init writes', async () => {
    const { project } = await look({
      'package.json': scripts({ test: 'echo "Error: no test specified" && exit 1' }),
    })
    expect(project.unit).toEqual({ found: false, lookedFor: 'a script "test" in package.json' })
  })

  it.each([
    '{',
    '[]',
    '"x"',
    '{"scripts": 1, "version": {}}',
    '{"scripts": {"build": 7}}',
    '{"scripts": {"__proto__": "x"}}',
  ])('finds no scripts in %s', async (text) => {
    const { project } = await look({ 'package.json': text })
    expect(project).toMatchObject({
      version: { found: false },
      compile: { found: false },
      unit: { found: false },
    })
  })
})

describe('detection of what is deployed', () => {
  it.each(['Dockerfile', 'Containerfile'])('finds a %s', async (name) => {
    expect((await look({ [name]: 'FROM scratch' })).dockerfile).toMatchObject({ value: name })
  })

  it.each([
    ['kustomization.yaml', 'k8s/kustomization.yaml makes it a kustomization'],
    ['Kustomization', 'k8s/Kustomization makes it a kustomization'],
    ['Chart.yaml', 'k8s/Chart.yaml makes it a Helm chart'],
  ])('finds a folder that is rendered, by %s', async (name, by) => {
    const { manifests } = await look({ [`k8s/${name}`]: 'resources: []', 'k8s/values.yaml': 'a: b' })
    expect(manifests).toMatchObject({ value: ['k8s/'], by })
  })

  it.each(['k8s', 'deploy', 'manifests'])('finds Kubernetes objects in %s/', async (folder) => {
    const { manifests } = await look({ [`${folder}/a.yaml`]: 'just: yaml', [`${folder}/b.yaml`]: deployment })
    expect(manifests).toMatchObject({ value: [`${folder}/`], by: `${folder}/b.yaml is a Kubernetes object` })
  })

  it('finds none in a folder of that name without one', async () => {
    const { manifests } = await look({ 'deploy/compose.yml': 'services: {}', 'deploy/notes.md': deployment })
    expect(manifests.found).toBe(false)
  })

  it('finds migrations by the names that Flyway gives them', async () => {
    expect((await look({ 'db/migration/V1__a.sql': '' })).migrations).toMatchObject({ value: 'db/migration' })
    expect((await look({ 'db/migration/one.sql': '' })).migrations.found).toBe(false)
  })

  it('finds a playbook with its inventory, and neither without the other', async () => {
    expect(
      (await look({ 'ansible/site.yml': '', 'ansible/inventory/hosts.yml': '' })).playbook,
    ).toMatchObject({
      value: { playbook: 'ansible/site.yml', inventory: 'ansible/inventory' },
    })
    expect((await look({ 'ansible/site.yml': '' })).playbook).toEqual({
      found: false,
      lookedFor: expect.stringContaining('an inventory beside ansible/site.yml') as string,
    })
  })

  it('finds the description of the API, rules of semgrep and a lock file', async () => {
    const found = await look({ 'openapi.json': '{}', '.semgrep.yml': '', 'Cargo.lock': '' })
    expect(found).toMatchObject({
      openapi: { value: 'openapi.json' },
      semgrepRules: { value: '.semgrep.yml' },
      lockFile: { value: 'Cargo.lock' },
    })
  })
})

describe('a workspace', () => {
  it('ends at its folder, whatever links lead out of it', async () => {
    const outside = makeWorkspace({ 'package.json': scripts({ build: 'x' }), 'k8s/a.yaml': deployment })
    const root = makeWorkspace()
    symlinkSync(join(outside, 'package.json'), join(root, 'package.json'))
    symlinkSync(join(outside, 'k8s'), join(root, 'k8s'))
    const workspace = openWorkspace(root)
    expect(await workspace.read('package.json')).toBeUndefined()
    expect(await workspace.list('k8s')).toEqual([])
    expect(await workspace.read('../x')).toBeUndefined()
  })

  it('has no text for a folder, a missing file or one of more than a mebibyte', async () => {
    const workspace = openWorkspace(makeWorkspace({ 'a/b': 'x', large: 'x'.repeat(1_048_577) }))
    expect(await workspace.read('a')).toBeUndefined()
    expect(await workspace.read('none')).toBeUndefined()
    expect(await workspace.read('large')).toBeUndefined()
    expect(await workspace.read('a/b')).toBe('x')
    expect(await workspace.list('.')).toEqual(['a/', 'large'])
  })
})
