import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { readRunning } from '../../../../src/systems/kubernetes/running/read-running.ts'
import { seenRunning } from '../../../../src/systems/kubernetes/running/seen-running.ts'
import type { Pod } from '../../../../src/systems/kubernetes/status/objects.ts'

const IMAGE = 'registry.example/api@sha256:new'

interface Parts {
  readonly owner?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly image?: string
  readonly phase?: string
  readonly deleted?: boolean
}

function pod(name: string, parts: Parts = {}): Pod {
  const { owner = 'w', labels = {}, image = IMAGE, phase = 'Running', deleted = false } = parts
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      labels,
      ownerReferences: [{ uid: owner }],
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [{ name: 'main', image }] },
    status: {
      phase,
      containerStatuses: [{ name: 'main', imageID: image, state: { running: {} } }],
    },
  }
}

function object(kind: string, parts: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const group = { Pod: 'v1', Job: 'batch/v1', Rollout: 'argoproj.io/v1alpha1' }[kind] ?? 'apps/v1'
  return { apiVersion: group, kind, metadata: { name: 'w', uid: 'w' }, ...parts }
}

const around = (pods: readonly Pod[], owned = false) => ({ pods, replicaSets: [], owned })
const podsOf = (workload: KubernetesObject, pods: readonly Pod[], owned = false) => {
  const { containers, old, wanted } = readRunning(workload, around(pods, owned))
  return { current: containers.map((each) => each.pod), old, wanted }
}

describe('the pods whose images count', () => {
  test('are not those that have failed, which an eviction leaves, nor those that are ending', () => {
    const pods = [pod('a'), pod('b', { phase: 'Failed' }), pod('c', { deleted: true })]
    expect(podsOf(object('ReplicaSet'), pods)).toEqual({ current: ['a'], old: ['c'], wanted: true })
  })

  test('are those of the new revision, also where a partition keeps others', () => {
    const of = (revision: string) => ({ labels: { 'controller-revision-hash': revision } })
    const pods = [pod('w-0', of('one')), pod('w-1', of('two')), pod('x', { ...of('two'), owner: 'other' })]
    const status = { updateRevision: 'two' }
    expect(podsOf(object('StatefulSet', { status, spec: { replicas: 2 } }), pods)).toEqual({
      current: ['w-1'],
      old: ['w-0'],
      wanted: true,
    })
  })

  test('are, of a custom resource, those with the images of its template', () => {
    const template = { spec: { containers: [{ name: 'main', image: IMAGE }] } }
    const pods = [
      pod('new', { owner: 'rs-2' }),
      pod('old', { owner: 'rs-1', image: 'registry.example/api@sha256:old' }),
    ]
    const rollout = object('Rollout', { spec: { template } })
    expect(podsOf(rollout, pods, true)).toEqual({ current: ['new'], old: ['old'], wanted: true })
    expect(podsOf(rollout, [], true)).toEqual({ current: [], old: [], wanted: false })
  })

  test('are a bare pod itself, by its own name', () => {
    expect(podsOf(object('Pod'), [pod('w', { owner: 'nobody' }), pod('x', { owner: 'y' })])).toEqual({
      current: ['w'],
      old: [],
      wanted: true,
    })
  })
})

describe('pods of the new revision', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['a Deployment of no replicas', 'Deployment', { spec: { replicas: 0 } }],
    [
      'a StatefulSet whose pods someone has to delete',
      'StatefulSet',
      { spec: { updateStrategy: { type: 'OnDelete' } } },
    ],
    [
      'a StatefulSet whose partition keeps all',
      'StatefulSet',
      { spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 2 } } } },
    ],
    ['a DaemonSet that no node is for', 'DaemonSet', { status: { desiredNumberScheduled: 0 } }],
    ['a Job that is complete', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }],
    ['a Job that is suspended', 'Job', { spec: { suspend: true } }],
  ])('are not wanted of %s', (_, kind, parts) => {
    expect(readRunning(object(kind, parts), around([])).wanted).toBe(false)
  })

  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['a Deployment', 'Deployment', {}],
    ['a StatefulSet', 'StatefulSet', {}],
    ['a DaemonSet that some node is for', 'DaemonSet', { status: { desiredNumberScheduled: 1 } }],
    ['a Job that runs', 'Job', {}],
  ])('are wanted of %s', (_, kind, parts) => {
    expect(readRunning(object(kind, parts), around([])).wanted).toBe(true)
  })
})

describe('what the end of a rollout has seen', () => {
  const template = { spec: { containers: [{ name: 'main', image: IMAGE }] } }
  const seen = (workload: KubernetesObject, pods: readonly Pod[]) =>
    seenRunning([workload], { pods, replicaSets: [] })

  test('is what the lists of the verification would say', () => {
    const workload = object('ReplicaSet')
    const pods = [pod('a'), pod('b', { deleted: true })]
    expect([...seen(workload, pods)]).toEqual([['w', readRunning(workload, around(pods))]])
  })

  test.each([
    ['whose pods have to be looked for', object('Rollout', { spec: { template } }), [pod('a')]],
    ['of which no pod was seen, as where pods may not be listed', object('ReplicaSet'), []],
    ['that makes no pods', object('ConfigMap'), [pod('a')]],
  ])('is left open for an object %s', (_, workload, pods) => {
    expect(seen(workload, pods).size).toBe(0)
  })
})
