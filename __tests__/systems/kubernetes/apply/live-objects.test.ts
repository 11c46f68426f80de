import { expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import { applyManifests } from '../../../../src/systems/kubernetes/apply/apply-manifests.ts'
import { createSmallApi, type SmallApi } from './small-api.ts'

const namespace = 'staging'

async function applyMany(api: SmallApi, count: number): Promise<readonly string[]> {
  const manifests = Array.from({ length: count }, (_, at) => ({
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m${at}` }, data: { a: 'b' } },
    source: `m${at}.yaml:1`,
  }))
  const { signal } = new AbortController()
  const options = { namespace, dryRun: false, signal, onApplied: () => undefined }
  return (await applyManifests(api.connected, manifests, options)).map(({ change }) => change)
}

test('where many may not be listed, each is looked at', async () => {
  const api = createSmallApi()
  api.before((_request, asked) => {
    if (asked === 'GET configmaps') throw new StagegateError('E_KUBE_FORBIDDEN', { message: 'not allowed' })
  })
  expect(await applyMany(api, 50)).toEqual(Array(50).fill('created'))
  expect(api.asked.filter((each) => /^GET m\d+$/.test(each))).toHaveLength(50)
})

test('what may be applied but not read is tried without a look', async () => {
  const api = createSmallApi()
  api.before((_request, asked) => {
    if (asked.startsWith('GET')) throw new StagegateError('E_KUBE_FORBIDDEN', { message: 'not allowed' })
  })
  expect(await applyMany(api, 2)).toEqual(['created', 'created'])
  expect(api.asked.filter((each) => each.startsWith('PATCH'))).toHaveLength(4)
})

test('a look that fails for another reason fails', async () => {
  const api = createSmallApi()
  api.before((_request, asked) => {
    if (asked === 'GET m1') throw new StagegateError('E_KUBE_PROTOCOL', { message: 'no object' })
  })
  await expect(applyMany(api, 2)).rejects.toMatchObject({
    code: 'E_KUBE_PROTOCOL',
    state: 'Nothing was applied.',
  })
})
