import { expect, test } from 'vitest'
import { suggestKind } from '../../../../src/systems/kubernetes/discovery/suggest-kind.ts'

const resource = (group: string, version: string, kind: string) => ({
  group,
  version,
  kind,
  plural: '',
  namespaced: true,
})
const served = [
  resource('apps', 'v1', 'Deployment'),
  resource('', 'v1', 'Service'),
  resource('networking.k8s.io', 'v1', 'Ingress'),
]

test.each([
  [{ apiVersion: 'extensions/v1beta1', kind: 'Ingress' }, 'networking.k8s.io/v1 Ingress'],
  [{ apiVersion: 'apps/v1', kind: 'Deploymant' }, 'apps/v1 Deployment'],
  [{ apiVersion: 'v1', kind: 'service' }, 'v1 Service'],
  [{ apiVersion: 'example.com/v1', kind: 'Unheard' }, undefined],
])('for %o, %s is suggested', (wanted, suggestion) => {
  expect(suggestKind(wanted, served)).toBe(suggestion)
})
