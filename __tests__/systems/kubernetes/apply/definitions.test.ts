import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import { applyManifests } from '../../../../src/systems/kubernetes/apply/apply-manifests.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../../src/systems/kubernetes/manifest-set.ts'
import { createSmallApi, type SmallApi } from './small-api.ts'

const namespace = 'staging'

/** With the status that the server would add: the store keeps what it gets. */
const definition = (fields: readonly string[], scope = 'Namespaced'): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'definition' },
  spec: {
    group: 'example.com',
    scope,
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, schema: fields }],
  },
  status: { conditions: [{ type: 'Established', status: 'True' }] },
})
const widget = (field: string): KubernetesObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'widget' },
  spec: { [field]: 1 },
})
const manifests = (...objects: readonly KubernetesObject[]): readonly Manifest[] =>
  objects.map((object, index) => ({ object, source: `a.yaml:${index}` }))

/** A server that has the definition, and goes by a new one only after so many more requests for what it defines. */
function serverOf(fields: readonly string[], lag = 0): SmallApi {
  const api = createSmallApi()
  api.stored.set('definition', definition(fields))
  let known = JSON.stringify(fields)
  let left = lag
  api.before(({ method, body }, asked) => {
    if (method !== 'PATCH' || !asked.startsWith('PATCH widget')) return
    const now = JSON.stringify(
      (api.stored.get('definition')?.spec as { versions: [{ schema: unknown }] }).versions[0].schema,
    )
    if (now !== known && left > 0) left -= 1
    else known = now
    const [field = ''] = Object.keys((body as KubernetesObject).spec as object)
    if (!(JSON.parse(known) as string[]).includes(field))
      throw new StagegateError('E_MANIFEST_INVALID', {
        message: `.spec.${field}: field not declared in schema`,
      })
  })
  return api
}

async function apply(api: SmallApi, set: readonly Manifest[], dryRun = false): Promise<readonly string[]> {
  const options = { namespace, dryRun, signal: new AbortController().signal, onApplied: () => undefined }
  const applied = await applyManifests(api.connected, set, options)
  return applied.map(({ object, change }) => `${object.metadata.name} ${change}`)
}

describe('a definition that gains a field with an object that has it', () => {
  const set = manifests(widget('new'), definition(['old', 'new']))

  test('are applied in one set: the object is tried when the server goes by the new one', async () => {
    const api = serverOf(['old'], 3)
    expect(await apply(api, set)).toEqual(['widget created', 'definition changed'])
    expect(api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([
      'PATCH definition (dry run)',
      'PATCH definition',
      ...Array<string>(4).fill('PATCH widget (dry run)'),
      'PATCH widget',
    ])
  })

  test('are foretold as far as can be known', async () => {
    const api = serverOf(['old'])
    api.stored.set('widget', { ...widget('old'), metadata: { name: 'widget', namespace } })
    expect(await apply(api, set, true)).toEqual(['widget changed', 'definition changed'])
    expect(api.asked.filter((each) => /^(?:PATCH|DELETE) \w+$/.test(each))).toEqual([])
    expect(await apply(serverOf(['old']), set, true)).toEqual(['widget created', 'definition changed'])
  })

  test('end after ten seconds when the new one does not allow it either, with what was applied', async () => {
    const api = serverOf(['old'])
    const applying = apply(api, manifests(widget('wrong'), definition(['old', 'new'])))
    const refused = expect(applying).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: expect.stringMatching(/field not declared in schema/) as string,
      state: '1 of 2 objects are in place, 1 of them were changed.',
      evidence: ['changed: CustomResourceDefinition definition'],
    })
    await refused
    expect(api.asked).not.toContain('PATCH widget')
  })
})

describe('a definition that stays as it is', () => {
  test('lets its objects be tried before anything is applied, and is not waited for', async () => {
    const api = serverOf(['old'])
    const set = manifests(widget('wrong'), definition(['old']), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config' },
    })
    await expect(apply(api, set)).rejects.toMatchObject({ state: 'Nothing was applied.' })
    expect(api.asked).not.toContain('PATCH config')

    api.asked.length = 0
    expect(await apply(api, [...manifests(widget('old')), ...set.slice(1)])).toEqual([
      'widget created',
      'definition unchanged',
      'config created',
    ])
    expect(api.asked.filter((each) => each === 'GET definition')).toHaveLength(1)
  })
})

describe('an object of a kind that comes with the set', () => {
  test('may depend on one that belongs to the whole cluster', async () => {
    const api = createSmallApi()
    const wide = definition(['old'], 'Cluster')
    const other = JSON.parse(JSON.stringify(wide).replaceAll('example.com', 'other.com')) as KubernetesObject
    const set = manifests(
      {
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        metadata: {
          name: 'config',
          annotations: { 'config.kubernetes.io/depends-on': 'other.com/Widget/widget' },
        },
      },
      { ...widget('old'), apiVersion: 'other.com/v1' },
      other,
    )
    // The store serves no kind of that group, so that it is the set alone that says where the object goes.
    expect(await apply(api, set, true)).toEqual(['config created', 'widget created', 'definition created'])
    const missing = JSON.parse(JSON.stringify(set).replace('Widget/widget"', 'Widget/another"')) as typeof set
    await expect(apply(api, missing, true)).rejects.toThrow(/Widget another, which is not in the set/)
  })
})
