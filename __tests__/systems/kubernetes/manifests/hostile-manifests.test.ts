import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyManifests } from '../../../../src/systems/kubernetes/apply/apply-manifests.ts'
import { bookkeepingName, isBookkeepingName } from '../../../../src/systems/kubernetes/bookkeeping.ts'
import type { ManifestLimits } from '../../../../src/systems/kubernetes/manifest-set.ts'
import { readManifests } from '../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { createSmallApi } from '../apply/small-api.ts'
import { allowed, forged, outside } from './hostile-manifests.ts'
import { contextOf } from './source-context.ts'

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stagegate-hostile-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const signal = new AbortController().signal
const anything: ManifestLimits = { namespaces: undefined, kinds: undefined }

async function read(text: string, allow: ManifestLimits) {
  await writeFile(join(root, 'a.yaml'), text)
  return readManifests(contextOf(root, ['a.yaml'], { allow }))
}

describe('a manifest that forges', () => {
  test.each(forged)('%s is refused, whatever is allowed', async (_what, text, told) => {
    await expect(read(text, anything)).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      evidence: expect.arrayContaining([expect.stringMatching(told)]) as string[],
    })
  })
})

describe('a manifest that reaches for', () => {
  test.each(outside)('%s is refused by what is allowed', async (_what, text, told) => {
    await expect(read(text, allowed)).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      evidence: expect.arrayContaining([expect.stringMatching(told)]) as string[],
    })
    // It is the list that refuses it, nothing else.
    expect((await read(text, anything)).manifests).toHaveLength(1)
  })
})

describe('names of our own', () => {
  test.each(['lock', 'record', 'key'] as const)('of a %s are known as such, whatever the service', (kind) => {
    for (const service of ['api', 'ai-gen-service', 'a', 'stagegate']) {
      expect(isBookkeepingName(bookkeepingName(service, kind))).toBe(true)
    }
  })

  test.each(['stagegate-key', 'api-record', 'stagegate-api-keys', 'my-stagegate-api-key'])(
    'are not such as %s',
    (name) => {
      expect(isBookkeepingName(name)).toBe(false)
    },
  )
})

describe('requests', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const place = fc.constantFrom(
    undefined,
    undefined,
    '',
    'staging',
    'staging',
    'monitoring',
    'kube-system',
    '.',
    '..',
    'x/y',
  )
  const kind = fc.constantFrom('ConfigMap', 'Secret', 'Job')
  const limits = fc.record({
    namespaces: fc.option(fc.subarray(['monitoring', 'kube-system']), { nil: undefined }),
    kinds: fc.option(fc.subarray(['ConfigMap', 'Secret', 'Job']), { nil: undefined }),
  })

  test('go to no namespace and to no kind that is not allowed, whatever a set has', async () => {
    let requests = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(kind, name, place), { maxLength: 4 }),
        limits,
        async (set, allow) => {
          const api = createSmallApi()
          const paths: string[] = []
          api.before(({ path }) => void paths.push(new URL(path, 'https://cluster').pathname))
          const text = set.map(([kind, name, namespace]) =>
            JSON.stringify({
              apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
              kind,
              metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
            }),
          )
          const options = { namespace: 'staging', dryRun: false, signal, onApplied: () => undefined }
          await read(text.join('\n---\n'), allow)
            .then(({ manifests }) => applyManifests(api.connected, manifests, options))
            .catch((thrown: unknown) => {
              expect(thrown).toMatchObject({ code: 'E_MANIFEST_INVALID' })
            })
          requests += paths.length
          for (const path of paths) {
            const [, namespace = '', plural = ''] =
              /^\/api(?:s\/batch)?\/v1\/namespaces\/([^/]+)\/([a-z]+)\/[abc]$/.exec(path) ?? []
            expect(['staging', ...(allow.namespaces ?? ['monitoring', 'kube-system'])]).toContain(namespace)
            expect(
              (allow.kinds ?? ['ConfigMap', 'Secret', 'Job']).map((each) => `${each.toLowerCase()}s`),
            ).toContain(plural)
          }
        },
      ),
      { numRuns: 200 },
    )
    expect(requests).toBeGreaterThan(20)
  })
})
