import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planOrder } from '../../../../src/systems/kubernetes/apply/plan-order.ts'

const kinds = [
  ['v1', 'Namespace'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['cert-manager.io/v1', 'Certificate'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
] as const

const manifest = ([apiVersion, kind]: readonly [string, string]) => ({
  object: { apiVersion, kind, metadata: { name: 'a' } },
})

describe('the order of an apply', () => {
  test('is by what needs what, whatever the order of the files', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...kinds]), (shuffled) => {
        const order = planOrder(shuffled.map(manifest)).flat()
        const ranks = order.map(({ object }) => kinds.findIndex(([, kind]) => kind === object.kind))
        const waves = ranks.map((rank) => (rank <= 1 ? 0 : rank))
        expect(waves).toEqual([...waves].sort((one, other) => one - other))
        expect(order).toHaveLength(shuffled.length)
      }),
    )
  })

  test('keeps the order of the files among those that do not need each other', () => {
    const names = ['c', 'a', 'b']
    const [wave] = planOrder(
      names.map((name) => ({ object: { apiVersion: 'v1', kind: 'Secret', metadata: { name } } })),
    )
    expect(wave?.map(({ object }) => object.metadata.name)).toEqual(names)
  })

  test('takes a kind of another group for a custom resource, whatever its name', () => {
    const waves = planOrder([manifest(['serving.knative.dev/v1', 'Service']), manifest(['v1', 'Service'])])
    expect(waves.map((wave) => wave[0]?.object.apiVersion)).toEqual(['v1', 'serving.knative.dev/v1'])
  })
})
