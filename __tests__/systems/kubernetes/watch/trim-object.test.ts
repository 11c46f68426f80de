import { expect, test } from 'vitest'
import { trimObject } from '../../../../src/systems/kubernetes/watch/trim-object.ts'

test('a watched pod is kept without what no status is judged from', () => {
  const container = {
    name: 'main',
    image: 'api@sha256:0',
    readinessProbe: { periodSeconds: 1 },
    env: [{ name: 'PASSWORD', value: 'secret' }],
    command: ['serve'],
    volumeMounts: [{ name: 'v', mountPath: '/v' }],
  }
  const status = { phase: 'Running', containerStatuses: [{ name: 'main', ready: true }] }
  expect(
    trimObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'api',
        uid: 'u',
        resourceVersion: '7',
        managedFields: [{ manager: 'kubelet' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'a' },
      },
      spec: { nodeName: 'n', volumes: [{ name: 'v' }], containers: [container], initContainers: [container] },
      status,
    }),
  ).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'api', uid: 'u', resourceVersion: '7', annotations: { team: 'a' } },
    spec: {
      nodeName: 'n',
      containers: [{ name: 'main', image: 'api@sha256:0', readinessProbe: { periodSeconds: 1 } }],
      initContainers: [{ name: 'main', image: 'api@sha256:0', readinessProbe: { periodSeconds: 1 } }],
    },
    status,
  })
})

test('another object keeps all but who wrote its fields', () => {
  const object = { apiVersion: 'acme.dev/v1', kind: 'Db', spec: { env: [1] }, status: { conditions: [] } }
  const metadata = { name: 'a', annotations: { 'stagegate.dev/ready': 'x' } }
  expect(trimObject({ ...object, metadata: { ...metadata, managedFields: [] } })).toEqual({
    ...object,
    metadata,
  })
})
