import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pinImages, containersOf } from '../../../../src/stages/deploy/manifests/pin-images.ts'
import {
  readsConfiguration,
  stampConfiguration,
} from '../../../../src/stages/deploy/manifests/stamp-configuration.ts'
import { hideSecretValues } from '../../../../src/stages/deploy/policy/hide-secret-values.ts'
import { findDisallowed } from '../../../../src/systems/kubernetes/manifests/find-disallowed.ts'
import { findDuplicates } from '../../../../src/systems/kubernetes/manifests/find-duplicates.ts'
import { parseManifests } from '../../../../src/systems/kubernetes/manifests/parse-manifests.ts'
import { encodeSecret } from '../../../../src/systems/kubernetes/apply/encode-secret.ts'

const pod = {
  metadata: { labels: { app: 'api' }, annotations: { a: 'b' } },
  spec: {
    initContainers: [{ name: 'i', image: 'api', envFrom: [{ configMapRef: { name: 'c' } }] }],
    containers: [
      {
        name: 'c',
        image: 'api',
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      },
    ],
    volumes: [
      { name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
      { name: 'w', projected: { sources: [{ secret: { name: 's' } }] } },
    ],
  },
}
const metadata = { name: 'api', namespace: 'shop', labels: { app: 'api' }, annotations: { a: 'b' } }
const whole = [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: pod } },
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: { jobTemplate: { spec: { template: pod } } } },
  { apiVersion: 'v1', kind: 'Pod', ...pod, metadata },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, name: 's' },
    data: { k: 'eA==' },
    stringData: { l: 'x' },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: 'c' },
    data: { k: 'x' },
    binaryData: { b: 'eA==' },
  },
]

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value)
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: Path, odd: unknown): unknown {
  if (key === undefined) return odd
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >
  copy[key] = replaced(copy[key], rest, odd)
  return copy
}

const stamp = {
  service: 'api',
  repository: 'ghcr.io/acme/api',
  digest: 'sha256:0',
  commit: 'c',
  configCommit: 'd',
}

describe('what a manifest may have in the place of anything', () => {
  it('is either refused by file and line or goes on to the server: never a crash of ours', () => {
    const cases = whole.flatMap((object, index) => pathsOf(object).map((path) => ({ index, path })))
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.constantFrom(null, [], [null], {}, 'text', 7, true, [[]], { a: null }),
        ({ index, path }, odd) => {
          const objects = whole.map((object, at) => (at === index ? replaced(object, path, odd) : object))
          const text = objects.map((object) => JSON.stringify(object)).join('\n---\n')
          const { manifests, problems } = parseManifests(text, 'k8s/a.yaml')
          for (const problem of problems) expect(problem).toMatch(/^k8s\/a\.yaml:\d+: /)
          const pinned = manifests.map((each) => ({ ...each, object: pinImages(each.object, stamp).object }))
          for (const { object } of pinned) {
            containersOf(object).map((each) => each.name)
            hideSecretValues(object)
            encodeSecret(object)
          }
          findDuplicates(pinned)
          findDisallowed(pinned, { namespaces: ['shop'], kinds: ['Pod'] }, 'shop')
          readsConfiguration(pinned, { others: [], namespace: 'shop' })
          const stamped = stampConfiguration(pinned, { others: [], namespace: 'shop', key: Buffer.from('k') })
          expect(stamped).toHaveLength(manifests.length)
        },
      ),
      { numRuns: 250, examples: [[{ index: 1, path: ['apiVersion'] }, 'batch.volcano.sh/v1alpha1']] },
    )
  })
})
