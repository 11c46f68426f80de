import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { ApiResource } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import {
  type ExpectedObject,
  judgeAll,
  type Snapshot,
} from '../../../../src/systems/kubernetes/rollout/judge-all.ts'
import { planObservation } from '../../../../src/systems/kubernetes/rollout/plan-observation.ts'
import { noBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'

const around: Snapshot = {
  objects: [],
  replicaSets: [],
  pods: [],
  events: [],
  storageClasses: [],
  baseline: noBaseline,
}

function object(apiVersion: string, kind: string, uid: string, more: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'api', namespace: 'n', uid }, ...more }
}

const expecting = (applied: KubernetesObject): ExpectedObject => ({
  object: applied,
  uid: applied.metadata.uid,
  generation: 0,
})

describe('an object that is served in two versions', () => {
  const status = { conditions: [{ type: 'AbleToScale', status: 'True' }] }

  test('is found in whichever it is listed in', () => {
    const objects = ['one', 'two'].map((uid) =>
      object('autoscaling/v2', 'HorizontalPodAutoscaler', uid, { status }),
    )
    const expected = [
      object('autoscaling/v1', 'HorizontalPodAutoscaler', 'one'),
      object('autoscaling/v2', 'HorizontalPodAutoscaler', 'two'),
    ].map(expecting)
    expect(judgeAll(expected, { ...around, objects }).map((each) => each.status.done)).toEqual([true, true])
  })

  test('is listed once, an autoscaler in the version that has conditions', () => {
    const resource = (version: string): ApiResource => ({
      group: 'autoscaling',
      version,
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      namespaced: true,
    })
    const applied = ['v2', 'v1'].map((version) => ({
      object: object(`autoscaling/${version}`, 'HorizontalPodAutoscaler', version),
      resource: resource(version),
    }))
    expect(planObservation(applied).map(({ selection }) => selection.resource.version)).toEqual(['v2'])
  })
})

test('objects of one name and kind in different groups are called by their groups', () => {
  const expected = [
    object('v1', 'Service', 'plain'),
    object('serving.knative.dev/v1', 'Service', 'custom'),
    object('apps/v1', 'Deployment', 'alone'),
  ].map(expecting)
  expect(judgeAll(expected, around).map(({ title }) => title)).toEqual([
    'Service n/api',
    'Service.serving.knative.dev n/api',
    'Deployment n/api',
  ])
})

describe('a Job that was removed', () => {
  const job = object('batch/v1', 'Job', 'job')
  const ended = (type: string, reason: string) =>
    object('batch/v1', 'Job', 'job', {
      status: { conditions: [{ type, status: 'True', reason, message: 'said' }] },
    })
  const event = (reason: string) => ({
    ...object('v1', 'Event', reason),
    type: 'Warning',
    reason,
    involvedObject: { uid: 'job' },
  })
  const judge = (snapshot: Partial<Snapshot>) =>
    judgeAll([expecting(job)], { ...around, ...snapshot })[0]!.status

  test('is done when it said so last, or an event does', () => {
    expect(judge({ gone: [ended('Complete', 'CompletionsReached')] }).done).toBe(true)
    expect(judge({ events: [event('Completed')] }).done).toBe(true)
  })

  test.each([
    ['it said last', { gone: [ended('Failed', 'BackoffLimitExceeded')] }],
    ['an event says', { events: [event('BackoffLimitExceeded')] }],
  ])('has failed for the reason that %s', (_title, snapshot) => {
    expect(judge(snapshot)).toMatchObject({
      done: false,
      symptoms: [
        { reason: 'BackoffLimitExceeded', graceMs: 0, text: expect.stringMatching(/ttl/) as string },
      ],
    })
  })

  test('was deleted by someone when nothing is known of its end', () => {
    const gone = [object('batch/v1', 'Job', 'job', { status: { active: 1 } }), ended('Complete', 'x')]
    const other = { ...gone[1]!, metadata: { ...gone[1]!.metadata, uid: 'another' } }
    expect(judge({ gone: [gone[0]!, other] }).symptoms).toMatchObject([{ reason: 'Deleted' }])
  })
})
