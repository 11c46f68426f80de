import { describe, expect, test } from 'vitest'
import {
  isScalable,
  leaveReplicas,
} from '../../../../../src/systems/kubernetes/apply/autoscaling/leave-replicas.ts'
import type { KubernetesObject } from '../../../../../src/systems/kubernetes/kubernetes-object.ts'

const object = (kind: string, spec: object, managedFields: readonly object[] = []): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'api', managedFields },
  spec,
})
const template = { spec: { containers: [{ name: 'api', image: 'api' }] } }
const fieldsV1 = { 'f:spec': { 'f:replicas': {} } }
const ours = { manager: 'stagegate', operation: 'Apply', fieldsV1 }
const clientSide = { manager: 'kubectl-client-side-apply', operation: 'Update', fieldsV1 }
const scaler = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', fieldsV1 }

describe('the number of replicas that runs', () => {
  test.each([
    ['the manifest has another', { replicas: 1 }, ours, { replicas: 5 }],
    ['the manifest has none', {}, ours, { replicas: 5 }],
    ['a client-side apply set it, whose fields become ours', {}, clientSide, { replicas: 5 }],
    ['a client-side apply set it, and the manifest another', { replicas: 2 }, clientSide, { replicas: 5 }],
    ['the autoscaler has set it', { replicas: 1 }, scaler, {}],
    ['the autoscaler has set it, and the manifest has none', {}, scaler, {}],
  ])('stays when %s', (_when, written, manager, sent) => {
    const live = object('Deployment', { replicas: 5, template }, [manager])
    const manifest = object('Deployment', { ...written, template })
    expect(leaveReplicas(manifest, live).spec).toEqual({ ...sent, template })
  })
})

describe('a number of replicas', () => {
  test.each([
    ['Deployment', { template }, true],
    ['Deployment', { replicas: 2 }, true],
    ['StatefulSet', { template }, true],
    ['Rollout', { template }, true],
    ['Rollout', { replicas: 1, workloadRef: {} }, true],
    ['DaemonSet', { template }, false],
    ['Job', { template }, false],
    ['Service', { ports: [] }, false],
  ])('of a %s with %j: %s', (kind, spec, expected) => {
    expect(isScalable(object(kind, spec))).toBe(expected)
  })
})
