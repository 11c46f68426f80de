import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { ManifestLimits } from '../../../../src/systems/kubernetes/manifest-set.ts'
import { findDisallowed } from '../../../../src/systems/kubernetes/manifests/find-disallowed.ts'

const object = (apiVersion: string, kind: string, namespace?: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a', ...(namespace === undefined ? {} : { namespace }) },
})

function refused(object: KubernetesObject, allow: Partial<ManifestLimits>): boolean {
  const limits = { namespaces: undefined, kinds: undefined, ...allow }
  return findDisallowed([{ object, source: 'a.yaml:1' }], limits, 'staging').length > 0
}

describe('kinds that are allowed', () => {
  test.each([
    ['apps/v1', 'Deployment', 'Deployment', false],
    ['apps/v1', 'Deployment', 'apps/Deployment', false],
    ['networking.k8s.io/v1', 'Ingress', 'Ingress', false],
    ['evil.example/v1', 'Deployment', 'Deployment', true],
    ['apps/v1', 'StatefulSet', 'Deployment', true],
    ['cert-manager.io/v1', 'Certificate', 'cert-manager.io/Certificate', false],
    ['cert-manager.io/v1', 'Certificate', 'cert-manager.io/*', false],
    ['cert-manager.io/v1', 'Certificate', 'acme.cert-manager.io/*', true],
    ['v1', 'Secret', 'apps/*', true],
  ])('%s %s: under %s, refused is %s', (apiVersion, kind, allowed, expected) => {
    expect(refused(object(apiVersion, kind), { kinds: [allowed] })).toBe(expected)
  })
})

describe('namespaces that are allowed', () => {
  test.each([
    ['the environment’s own', object('v1', 'Secret', 'staging'), false],
    ['none, which is the environment’s', object('v1', 'Secret'), false],
    ['one of the list', object('v1', 'Secret', 'monitoring'), false],
    ['another', object('v1', 'Secret', 'kube-system'), true],
  ])('%s', (_what, each, expected) => {
    expect(refused(each, { namespaces: ['monitoring'] })).toBe(expected)
  })

  test('are those that may be made, too', () => {
    const made = (name: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
    expect(refused(made('monitoring'), { namespaces: ['monitoring'] })).toBe(false)
    expect(refused(made('production'), { namespaces: ['monitoring'] })).toBe(true)
    expect(refused(made('production'), {})).toBe(false)
  })

  test('are told with the object and where it stands', () => {
    const manifests = [{ object: object('v1', 'Secret', 'kube-system'), source: 'k8s/a.yaml:3' }]
    expect(findDisallowed(manifests, { namespaces: [], kinds: ['ConfigMap'] }, 'staging')).toEqual([
      'k8s/a.yaml:3: Secret kube-system/a: the kind is not one of those that are allowed (ConfigMap)',
      'k8s/a.yaml:3: Secret kube-system/a: the namespace kube-system is not one of those that are allowed (staging)',
    ])
  })
})
