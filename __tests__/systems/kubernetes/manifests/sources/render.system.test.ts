import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTestbed } from '../../../../../script/lib/testbed/description.ts'
import type { ManifestSource } from '../../../../../src/systems/kubernetes/manifest-set.ts'
import { readManifests } from '../../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { newFolder } from '../../../new-folder.ts'
import { openTestbedCluster, type TestbedCluster } from '../../testbed-cluster.ts'
import { contextOf } from '../source-context.ts'

const { bin } = readTestbed()
const fixtures = join(import.meta.dirname, '../../../../fixtures/manifests')
const signal = new AbortController().signal

type Options = Parameters<typeof contextOf>[2]

function checkout(files: Readonly<Record<string, string>> = {}): string {
  const root = join(newFolder(), 'checkout')
  cpSync(fixtures, root, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

function read(root: string, source: string | ManifestSource, options: Options = {}) {
  return readManifests(contextOf(root, [source], { path: `${bin}:/usr/bin`, ...options }))
}

async function problems(
  root: string,
  source: string | ManifestSource,
  options: Options = {},
): Promise<string> {
  return read(root, source, options).then(
    () => expect.fail('it was read'),
    (thrown: unknown) => {
      expect(thrown).toMatchObject({ code: 'E_MANIFEST_INVALID', state: 'Nothing was applied.' })
      return (thrown as { readonly evidence: readonly string[] }).evidence.join('\n')
    },
  )
}

const shop = (settings: Partial<Extract<ManifestSource, { kind: 'chart' }>> = {}): ManifestSource => ({
  kind: 'chart',
  path: 'chart',
  release: undefined,
  values: [],
  hooks: 'refuse',
  ...settings,
})

describe('a kustomization', () => {
  test('is rendered with its bases, wherever in the checkout they are', async () => {
    const { manifests } = await read(checkout(), 'kustomize/overlays/staging/')
    expect(manifests.map(({ object }) => object)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: expect.stringMatching(/^settings-[a-z0-9]{10}$/) as string,
          labels: { team: 'payments' },
        },
        data: { mode: 'staging' },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'api', labels: { team: 'payments' } },
        spec: { selector: { app: 'api' }, ports: [{ name: 'http', port: 8081, targetPort: 8080 }] },
      },
    ])
    expect(manifests.map(({ source }) => source)).toEqual([
      'kustomize/overlays/staging/kustomization.yaml (rendered, line 1)',
      'kustomize/overlays/staging/kustomization.yaml (rendered, line 10)',
    ])
  })

  test('that is wrong has what kubectl says told, with paths as people know them', async () => {
    const root = checkout({ 'k/kustomization.yaml': 'resources: [missing.yaml]\n' })
    const told = await problems(root, 'k')
    expect(told).toMatch(/^k\/kustomization\.yaml: kubectl kustomize: .*missing\.yaml/)
    expect(told).not.toContain(root)
  })

  test('needs kubectl', async () => {
    await expect(read(checkout(), 'kustomize/base', { path: '' })).rejects.toMatchObject({
      code: 'E_TOOL_MISSING',
      message: expect.stringContaining('kustomize/base/kustomization.yaml') as string,
      next: expect.stringContaining('kubernetes.io/docs/tasks/tools') as string,
    })
  })
})

describe('a chart', () => {
  test('is rendered for the release, the namespace and the cluster, with its definitions and the charts in it', async () => {
    const { manifests, notes } = await read(checkout(), 'chart')
    expect(manifests.map(({ object, source }) => `${object.kind} ${object.metadata.name} ${source}`)).toEqual(
      [
        'CustomResourceDefinition widgets.shop.example.com chart/crds/widgets.yaml (rendered, line 1)',
        'ConfigMap api-cache chart/charts/cache/templates/config.yaml (rendered, line 1)',
        'ConfigMap api-config chart/templates/config.yaml (rendered, line 1)',
        'Widget api chart/templates/config.yaml (rendered, line 1)',
      ],
    )
    expect(manifests[2]?.object).toMatchObject({
      metadata: { namespace: 'staging' },
      // `lookup` finds nothing: Helm has no access to the cluster.
      data: { greeting: 'hello', kubernetes: 'v1.34.1', deployments: 'true', 'from-cluster': '{}' },
    })
    expect(notes).toEqual(['chart: left out Pod api-test is a hook (test).'])
  })

  test('takes its values from files, and its release by name', async () => {
    const root = checkout({ 'more.yaml': 'cache: { enabled: false }\n' })
    const { manifests } = await read(
      root,
      shop({ release: 'web', values: ['chart/staging.yaml', 'more.yaml'] }),
    )
    expect(manifests.map(({ object }) => object.metadata.name)).toEqual([
      'widgets.shop.example.com',
      'web-config',
      'web',
    ])
    expect(manifests[1]?.object.data).toMatchObject({ greeting: 'good day' })
  })

  test('named twice with other values is another thing each time: objects of one name are told, none is lost', async () => {
    const root = checkout({ 'more.yaml': 'greeting: good night\n' })
    const sources = [shop(), shop({ path: 'chart/', values: ['more.yaml'] })]
    const reading = readManifests(contextOf(root, sources, { path: `${bin}:/usr/bin` }))
    await expect(reading).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      evidence: expect.arrayContaining([
        expect.stringMatching(/ConfigMap staging\/api-config is defined before, at chart\/templates/),
      ]) as string[],
    })
    const twice = [shop(), shop({ path: 'chart/' }), { kind: 'path', path: 'chart' } as const]
    const { manifests } = await readManifests(contextOf(root, twice, { path: `${bin}:/usr/bin` }))
    expect(manifests).toHaveLength(4)
  })

  test('with a hook is refused, with its name and what else can be done', async () => {
    const root = checkout({ 'hook.yaml': 'hook: true\n' })
    expect(await problems(root, shop({ values: ['hook.yaml'] }))).toMatch(
      /^chart\/templates\/hook\.yaml \(rendered, line \d+\): Job api-migrate is a hook \(pre-install, pre-upgrade\); hooks are not run: .*deploy\.migration.*hooks: leave-out/,
    )
  })

  test('with a hook that is to be left out goes on without it, and says so', async () => {
    const root = checkout({ 'hook.yaml': 'hook: true\n' })
    const { manifests, notes } = await read(root, shop({ values: ['hook.yaml'], hooks: 'leave-out' }))
    expect(manifests.map(({ object }) => object.kind)).not.toContain('Job')
    expect(notes.join()).toContain('Job api-migrate is a hook (pre-install, pre-upgrade)')
  })

  test('that makes something new at each rendering is read, and says so', async () => {
    const root = checkout({
      'chart/templates/random.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: random}\ndata: {a: {{ randAlphaNum 20 }}}\n',
    })
    const { notes } = await read(root, 'chart')
    expect(notes).toContain(
      'chart: ConfigMap random is another one at each rendering, so every deployment changes it.',
    )
  })

  test('that is wrong has what Helm says told', async () => {
    const root = checkout({ 'chart/templates/bad.yaml': '{{ required "give a port" .Values.port }}\n' })
    expect(await problems(root, 'chart')).toMatch(/^chart: helm template: .*give a port/)
    const missing = checkout({
      'broken/Chart.yaml':
        'apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{ name: b, version: 1.0.0, repository: "https://charts.example.com" }]\n',
    })
    expect(await problems(missing, 'broken')).toMatch(/missing in charts/)
    expect(await problems(checkout(), shop({ path: 'kustomize' }))).toMatch(/no Chart\.yaml/)
    expect(await problems(checkout(), shop({ values: ['nowhere.yaml'] }))).toMatch(
      /^nowhere\.yaml: there is no such file/,
    )
  })
})

describe('what a hostile checkout tries', () => {
  let server: Server
  let origin: string
  const asked: string[] = []

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    expect(asked).toEqual([])
  })

  const kustomization = (text: string) => checkout({ 'k/kustomization.yaml': text })

  test.each([
    ['a resource at a URL', () => `resources: ['${origin}/a.yaml']`],
    ['a file of a generator at a URL', () => `configMapGenerator: [{name: a, files: ['${origin}/a']}]`],
    ['a named file of a generator at a URL', () => `secretGenerator: [{name: a, files: ['x=${origin}/a']}]`],
    ['variables of a generator at a URL', () => `configMapGenerator: [{name: a, envs: ['${origin}/a']}]`],
    [
      'a generator in the text',
      () =>
        `generators:\n- |\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: a}\n  files: ['${origin}/a']`,
    ],
    ['a patch at a URL', () => `patches: [{path: '${origin}/a.yaml'}]`],
    ['a schema at a URL', () => `openapi: {path: '${origin}/a.json'}`],
    ['a transformer at a URL', () => `transformers: ['${origin}/a.yaml']`],
    ['a component at a URL', () => `components: ['${origin}/a']`],
    ['a repository by git', () => 'resources: [git@example.com:acme/base]'],
    ['a repository by its short name', () => 'resources: ["github.com/acme/base//k8s?ref=v1"]'],
    ['a repository with a scheme of git', () => 'bases: ["git::https://example.com/acme/base"]'],
    ['a repository on this machine', () => 'resources: ["file:///tmp/base"]'],
    ['a folder outside', () => 'resources: [../../outside]'],
    ['a file outside', () => 'resources: [/etc/hostname]'],
    ['a generator with a file outside', () => 'configMapGenerator: [{name: a, files: [../../outside/a]}]'],
  ])('with %s is refused before kubectl sees it', async (_what, text) => {
    expect(await problems(kustomization(`${text()}\n`), 'k')).toMatch(
      /^k\/kustomization\.yaml: \w+ names .*(?:nothing is fetched|outside of the checkout)/,
    )
  })

  test('with a generator in a file of its own is refused too', async () => {
    const root = checkout({
      'k/kustomization.yaml': 'generators: [generator.yaml]\n',
      'k/generator.yaml': `apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nfiles: ['${origin}/a']\n`,
    })
    expect(await problems(root, 'k')).toMatch(/^k\/generator\.yaml: files names .*nothing is fetched/)
  })

  test('with a program or a chart as a plugin is refused by kubectl', async () => {
    const chart = kustomization(`helmCharts: [{name: a, repo: '${origin}', version: 1.0.0}]\n`)
    expect(await problems(chart, 'k')).toMatch(/must specify --enable-helm/)
    const program = checkout({
      'k/kustomization.yaml': 'generators: [run.yaml]\n',
      'k/run.yaml':
        'apiVersion: x/v1\nkind: Run\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: "exec: {path: ./run.sh}"\n',
      'k/run.sh': '#!/bin/sh\ntouch ran\n',
    })
    expect(await problems(program, 'k')).toMatch(/kubectl kustomize: /)
  })

  test('with a base behind a link that leads out is refused', async () => {
    const root = kustomization('resources: [base]\n')
    const outside = newFolder()
    writeFileSync(join(outside, 'kustomization.yaml'), 'resources: []\n')
    symlinkSync(outside, join(root, 'k/base'))
    await expect(read(root, 'k')).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })

  test('with a file behind a link that leads out is refused', async () => {
    const root = kustomization('configMapGenerator: [{name: a, files: [name]}]\n')
    symlinkSync('/etc/hostname', join(root, 'k/name'))
    expect(await problems(root, 'k')).toMatch(/is not in or below/)
  })

  test('with a chart that reads a file behind a link is refused, which Helm would follow', async () => {
    const root = checkout({
      'chart/templates/leak.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: leak}\ndata: {a: {{ .Files.Get "name" | quote }}}\n',
    })
    symlinkSync('/etc/hostname', join(root, 'chart/name'))
    symlinkSync('/etc', join(root, 'chart/files'))
    expect(await problems(root, 'chart')).toBe(
      'chart/files: leads out of the checkout, or nowhere\nchart/name: leads out of the checkout, or nowhere',
    )
  })

  test('with values outside is refused', async () => {
    const root = checkout()
    symlinkSync('/etc/hostname', join(root, 'values.yaml'))
    await expect(read(root, shop({ values: ['values.yaml'] }))).rejects.toMatchObject({
      code: 'E_PATH_OUTSIDE',
    })
  })

  test('with a comma in the name of its values is read from that file, and from no other', async () => {
    // Helm reads the flag as a list: `values,/elsewhere/outside.yaml` would be two files.
    const outside = join(newFolder(), 'outside.yaml')
    writeFileSync(outside, 'greeting: from outside\n')
    const path = `chart/values.yaml,${outside}`
    const root = checkout({
      [path]: 'greeting: from inside\n',
      'chart/"quoted", too.yaml': 'cache: { enabled: false }\n',
    })
    const { manifests } = await read(root, shop({ values: [path, 'chart/"quoted", too.yaml'] }))
    expect(manifests.map(({ object }) => object.metadata.name)).not.toContain('api-cache')
    expect(manifests.find(({ object }) => object.kind === 'ConfigMap')?.object.data).toMatchObject({
      greeting: 'from inside',
    })
  })

  test('with a chart that asks for a name on the network gets no answer', async () => {
    const root = checkout({
      'chart/templates/dns.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dns}\ndata: {a: {{ getHostByName "localhost" | quote }}}\n',
    })
    const { manifests } = await read(root, 'chart')
    expect(manifests.find(({ object }) => object.metadata.name === 'dns')?.object.data).toEqual({ a: '' })
  })

  test('with a chart that writes without end is stopped', async () => {
    const line = 'x'.repeat(1_000)
    const root = checkout({
      'chart/templates/flood.yaml': `{{- range until 60000 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a{{ . }}}\ndata: {a: ${line}}\n{{- end }}\n`,
    })
    await expect(read(root, 'chart')).rejects.toMatchObject({
      code: 'E_TOOL_LIMIT',
      message: 'helm writes more than 50000000 bytes.',
    })
  })

  describe('a bomb of aliases', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    const bomb = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nl0: &l0 lol\n${levels.join('\n')}\n`
    const indented = bomb.replaceAll('\n', '\n    ')

    test.each([
      ['a resource', 'resources: [bomb.yaml]', 'k/bomb.yaml'],
      ['a resource of a base', 'resources: [base]', 'k/base/bomb.yaml'],
      ['a patch', 'patches: [{path: bomb.yaml}]', 'k/bomb.yaml'],
      ['a patch in the text', `patches:\n- patch: |\n    ${indented}`, 'k/kustomization.yaml'],
      ['a generator', 'generators: [bomb.yaml]', 'k/bomb.yaml'],
    ])('as %s is refused before kubectl unfolds it', async (_what, text, file) => {
      const root = checkout({
        'k/kustomization.yaml': `${text}\n`,
        'k/bomb.yaml': bomb,
        'k/base/kustomization.yaml': 'resources: [bomb.yaml]\n',
        'k/base/bomb.yaml': bomb,
      })
      expect(await problems(root, 'k', { path: '' })).toMatch(
        new RegExp(`^${file}: (?:in a text of it: )?its aliases unfold to more than`),
      )
    })

    test('that a chart renders is refused', async () => {
      const root = checkout({ 'chart/templates/bomb.yaml': bomb })
      expect(await problems(root, 'chart')).toMatch(/excessive aliasing|aliases unfold/)
    })
  })

  test('with a chart that takes memory without end is stopped', async () => {
    const root = checkout({ 'chart/templates/large.yaml': '{{- $_ := repeat 1000000000 "0123456789" }}\n' })
    await expect(read(root, 'chart')).rejects.toMatchObject({
      code: 'E_TOOL_LIMIT',
      message: 'helm needs more than 2 GiB of memory.',
    })
  })
})

describe('on the cluster', () => {
  let bed: TestbedCluster

  beforeAll(async () => {
    bed = await openTestbedCluster('sources')
  })
  afterAll(async () => {
    const id = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: `widgets.${bed.namespace}.example.com`,
    }
    await bed.cluster.remove(id, signal)
    await bed.close()
  })

  test('a kustomization and a chart with its definitions arrive, and a second time nothing changes', async () => {
    const root = checkout()
    // The definition is of this test alone.
    for (const path of ['chart/crds/widgets.yaml', 'chart/templates/config.yaml']) {
      const text = readFileSync(join(root, path), 'utf8')
      writeFileSync(join(root, path), text.replaceAll('shop.example.com', `${bed.namespace}.example.com`))
    }
    const { manifests } = await readManifests(
      contextOf(root, ['kustomize/overlays/staging', 'chart'], {
        path: `${bin}:/usr/bin`,
        namespace: bed.namespace,
        cluster: bed.cluster,
      }),
    )
    const options = { namespace: bed.namespace, dryRun: false, signal, onApplied: () => undefined }
    const first = await bed.cluster.apply(manifests, options)
    expect(new Set(first.map((each) => each.change))).toEqual(new Set(['created']))
    const again = await bed.cluster.apply(manifests, options)
    expect(new Set(again.map((each) => each.change))).toEqual(new Set(['unchanged']))
    const config = await bed.cluster.get(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'api-config', namespace: bed.namespace },
      signal,
    )
    expect(config?.data).toMatchObject({ kubernetes: await bed.cluster.version(signal), deployments: 'true' })
  })
})
