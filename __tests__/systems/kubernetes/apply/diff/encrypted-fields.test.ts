import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffObjects } from '../../../../../src/systems/kubernetes/apply/diff/diff-objects.ts'
import type { KubernetesObject } from '../../../../../src/systems/kubernetes/kubernetes-object.ts'
import { parseManifests } from '../../../../../src/systems/kubernetes/manifests/parse-manifests.ts'
import {
  listEncrypted,
  listHolding,
} from '../../../../../src/systems/kubernetes/manifests/sources/list-encrypted.ts'

const sops = 'sops:\n  mac: ENC[AES256_GCM,data:m,type:str]\n  version: 3.10.2\n'
const hidden = 'ENC[AES256_GCM,data:Zm9v,iv:aa,tag:bb,type:str]'
const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n'

const configMap = (data: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  data,
})

describe('What is encrypted in its file', () => {
  const [paths = []] = listEncrypted(`${head}data:\n  TOKEN: ${hidden}\n  PLAIN: a\n${sops}`)

  test('is found by its path', () => {
    expect(paths).toEqual([['data', 'TOKEN']])
  })

  test('is hidden before and after, and what is beside it is shown', () => {
    const before = configMap({ TOKEN: 'Zq8vN2kLw5Xr7TbJ4mHc-1', PLAIN: 'a' })
    const after = configMap({ TOKEN: 'Zq8vN2kLw5Xr7TbJ4mHc-2', PLAIN: 'b' })
    expect(diffObjects(before, after, paths)).toEqual(['~ data.TOKEN: (hidden)', '~ data.PLAIN: a → b'])
  })

  test('is hidden however long it is, and over several lines', () => {
    const url = `postgres://ai_gen_app:Zq8vN2kLw5Xr7TbJ4mHc@db.example.com/app?${'x'.repeat(150)}`
    const text = (password: string) => `user: a\npassword: ${password}\n`
    for (const [one, other] of [
      [url, url.replace('4mHc', '5mHc')],
      [text('Zq8vN2kLw5'), text('Xr7TbJ4mHc')],
    ]) {
      expect(diffObjects(configMap({ TOKEN: one }), configMap({ TOKEN: other }), paths)).toEqual([
        '~ data.TOKEN: (hidden)',
      ])
    }
  })

  test('is hidden under its old name too, where the field was renamed', () => {
    const lines = diffObjects(
      configMap({ OLD: 'Zq8v', PLAIN: 'a' }),
      configMap({ TOKEN: 'Zq8v', PLAIN: 'a' }),
      paths,
    )
    expect(lines).toEqual(['- data.OLD: (hidden)', '+ data.TOKEN: (hidden)'])
  })

  test('is hidden where all that it is a part of comes or goes', () => {
    const bare: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
    expect(diffObjects(bare, configMap({ TOKEN: 'Zq8v' }), paths)).toEqual(['+ data: (hidden)'])
    expect(diffObjects(configMap({ TOKEN: 'Zq8v' }), bare, paths)).toEqual(['- data: (hidden)'])
  })

  test('is hidden in every entry of a list: entries move', () => {
    const [env = []] = listEncrypted(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  env:\n  - name: A\n    value: ${hidden}\n${sops}`,
    )
    const deployment = (entries: readonly object[]): KubernetesObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: { replicas: entries.length, env: entries },
    })
    const one = { name: 'A', value: 'Zq8vN2kL' }
    expect(
      diffObjects(
        deployment([one, { name: 'B', value: 'b' }]),
        deployment([{ name: 'A', value: 'Xr7TbJ' }]),
        env,
      ),
    ).toEqual(['~ spec.replicas: 2 → 1', '~ spec.env[A].value: (hidden)', '- spec.env[B]: (hidden)'])
    // Without names, by their places.
    expect(
      diffObjects(deployment([{ value: 'x' }, one]), deployment([one, { value: 'y' }]), env).join('\n'),
    ).not.toMatch(/Zq8v/)
  })

  test('is known by document, also in a list of objects', () => {
    const text = `${head}data:\n  A: ${hidden}\n${sops}---\n${head}data:\n  B: ${hidden}\n  C: c\n${sops}`
    const found = listEncrypted(text)
    const clear = `${head}data: {A: x}\n---\n${head.replace('name: a', 'name: b')}data: {B: y, C: c}\n`
    const { manifests } = parseManifests(clear, 'a.yaml', (_object, index) => found[index])
    expect(manifests.map((each) => each.hidden)).toEqual([[['data', 'A']], [['data', 'B']]])
    const item = `${head}data:\n  A: ${hidden}`.replaceAll('\n', '\n  ')
    const list = `kind: List\napiVersion: v1\nitems:\n- ${item}\n${sops}`
    const [inList] = listEncrypted(list)
    const items = parseManifests(list.replace(hidden, 'x').replace(sops, ''), 'a.yaml', () => inList)
    expect(items.manifests[0]?.hidden).toContainEqual(['data', 'A'])
  })

  test('is not told of where the kind hides it anyway', () => {
    const text = `${head.replace('ConfigMap', 'Secret')}type: x\ndata:\n  A: eA==\n`
    const { manifests } = parseManifests(text, 'a.yaml', () => [['data', 'A']])
    expect(manifests).toHaveLength(1)
    expect(manifests[0]).not.toHaveProperty('hidden')
    const other = parseManifests(text, 'a.yaml', () => [['data', 'A'], ['type']])
    expect(other.manifests[0]?.hidden).toEqual([['type']])
  })

  test('is found again in what a template made of it', () => {
    const object = {
      data: { url: 'postgres://a:Zq8vN2kLw5@db', pin: '0815', other: '0815 is no pin', flag: 'true' },
    }
    expect(listHolding(object, ['Zq8vN2kLw5', '0815'])).toEqual([
      ['data', 'url'],
      ['data', 'pin'],
    ])
    const encoded = Buffer.from('Zq8vN2kLw5').toString('base64')
    expect(listHolding({ data: { password: encoded } }, ['Zq8vN2kLw5'])).toEqual([['data', 'password']])
  })

  test('is never shown, whatever the objects are', () => {
    const token = fc.stringMatching(/^S3CR3T[A-Za-z0-9]{6}$/)
    const leaf = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.integer({ max: 9, min: 0 }), token)
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, leaf, tie('entries'), tie('mapping')),
      entries: fc.array(
        fc.oneof(tie('tree'), fc.record({ name: fc.constantFrom('x', 'y'), v: tie('tree') })),
        { maxLength: 3 },
      ),
      mapping: fc.dictionary(fc.constantFrom('k', 'l', 'm', 'a.b'), tie('tree'), { maxKeys: 3 }),
    }))
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        const [before, after] = [configMap({ d: one }), configMap({ d: other })]
        const secrets = [before, after].flatMap((each) => JSON.stringify(each).match(/S3CR3T\w+/g) ?? [])
        // As the files before and after had them encrypted.
        const encrypted = [before, after].flatMap((each) => listHolding(each as never, secrets))
        expect(diffObjects(before, after, encrypted).join('\n')).not.toContain('S3CR3T')
      }),
      { numRuns: 2_000 },
    )
  })
})
