import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import type { StepContext } from '../../../../src/pipeline/index.ts'
import type { Deployment } from '../../../../src/stages/deploy/deployment.ts'
import { shareSet } from '../../../../src/stages/deploy/manifests/deployment-set.ts'
import { applyManifests } from '../../../../src/stages/deploy/manifests/manifests.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { ManifestRequest } from '../../../../src/systems/kubernetes/manifest-set.ts'
import { createCluster } from '../../../../src/systems/kubernetes/create-cluster.ts'
import { readManifests } from '../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { createSmallApi, type SmallApi } from '../../../systems/kubernetes/apply/small-api.ts'
import { contextOf } from '../../../systems/kubernetes/manifests/source-context.ts'

const signal = new AbortController().signal
let root: string
let api: SmallApi

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stagegate-set-'))
  api = createSmallApi()
})
afterEach(() => rm(root, { recursive: true, force: true }))

const deployment = (container: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec: { template: { spec: { containers: [{ name: api, image: api${container} }] } } }
`
const reading = deployment(', envFrom: [{ configMapRef: { name: config } }, { secretRef: { name: login } }]')
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: config }\ndata: { a: b }\n'
const elsewhere = config.replace('name: config', 'name: other, namespace: monitoring')
const login: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'staging' },
  data: { password: 'c2VjcmV0' },
}

async function opened(...documents: readonly string[]) {
  await writeFile(join(root, 'all.yaml'), documents.join('---\n'))
  const facts: string[] = []
  const open = {
    config: { service: 'api', trigger: { commit: 'c'.repeat(40) } },
    settings: {
      namespace: 'staging',
      manifests: { configured: true, sources: [{ kind: 'path', path: '.' }], allow: {} },
    },
    image: { repository: 'ghcr.io/acme/api', digest: `sha256:${'d'.repeat(64)}`, tags: [] },
    systems: {
      kubernetes: () =>
        Promise.resolve({
          readManifests: (request: ManifestRequest) => readManifests({ ...contextOf(root, []), request }),
        }),
    },
    cluster: createCluster(api.connected.client, api.clock),
    lease: { lost: signal },
  } as unknown as Deployment
  const step = {
    signal,
    log: { info: () => undefined },
    fact: (name: string, value: string) => void facts.push(`${name}: ${value}`),
  } as unknown as StepContext
  const makeSet = shareSet(
    open,
    { root, commit: 'e'.repeat(40), migrations: [] },
    { objects: [login], ageKeys: [] },
  )
  return { makeSet, facts, apply: () => applyManifests(open, makeSet, step, () => undefined) }
}

const titles = (set: readonly { readonly object: KubernetesObject }[]) =>
  set.map(({ object }) => `${object.kind} ${object.metadata.name}`)

const writes = () => api.asked.filter((each) => each.startsWith('PATCH') && !each.endsWith('(dry run)'))

describe('the set of a deployment', () => {
  test('is made once, in its final form, without a write', async () => {
    const { makeSet } = await opened(reading, config, elsewhere)
    const set = await makeSet(signal)
    expect(titles(set.objects)).toEqual([
      'Namespace monitoring',
      'Secret login',
      'Deployment api',
      'ConfigMap config',
      'ConfigMap other',
    ])
    expect(titles(set.manifests)).toEqual(['Deployment api', 'ConfigMap config', 'ConfigMap other'])
    expect(titles(set.bookkeeping)).toEqual(['Secret stagegate-api-key'])
    expect(set.objects[2]?.object).toMatchObject({
      metadata: { annotations: { 'stagegate.dev/commit': 'c'.repeat(40) } },
      spec: {
        template: {
          metadata: { annotations: { 'stagegate.dev/config-hash': expect.stringMatching(/^[0-9a-f]{32}$/) } },
          spec: { containers: [{ image: `ghcr.io/acme/api@sha256:${'d'.repeat(64)}` }] },
        },
      },
    })
    expect(api.asked.filter((each) => !each.startsWith('GET'))).toEqual([])
    const before = api.asked.length
    expect(await makeSet(signal)).toBe(set)
    expect(api.asked).toHaveLength(before)
  })

  test('has no key, and asks for none, where no pod reads configuration', async () => {
    const { makeSet, apply } = await opened(deployment(''), config)
    expect((await makeSet(signal)).bookkeeping).toEqual([])
    await apply()
    expect(api.asked.filter((each) => each.includes('stagegate-api-key'))).toEqual([])
  })
})

describe('the key of the configuration hashes', () => {
  test('is written with the set, does not count as one of its objects, and is kept', async () => {
    const first = await opened(reading, config)
    const { applied } = await first.apply()
    expect(titles(applied)).toEqual(['Secret login', 'Deployment api', 'ConfigMap config'])
    expect(first.facts).toEqual(['objects: 3 created, 0 changed, 0 unchanged'])
    const key = api.stored.get('stagegate-api-key')
    expect(key).toMatchObject({ type: 'stagegate.dev/key', metadata: { namespace: 'staging' } })

    const second = await opened(reading, config)
    expect((await second.makeSet(signal)).bookkeeping).toEqual([])
    await second.apply()
    expect(second.facts).toEqual(['objects: 0 created, 0 changed, 3 unchanged'])
    expect(api.stored.get('stagegate-api-key')).toEqual(key)
  })

  test('is not written when the server refuses an object of the set', async () => {
    const { apply } = await opened(reading, config)
    api.before((_request, asked) => {
      if (asked === 'PATCH config (dry run)')
        throw new StagegateError('E_MANIFEST_INVALID', { message: 'no' })
    })
    await expect(apply()).rejects.toMatchObject({ state: 'Nothing was applied.' })
    expect(writes()).toEqual([])
    expect(api.stored.size).toBe(0)
  })
})
