import { expect, test } from 'vitest'
import type { KubernetesEvent, Pod } from '../../../../src/systems/kubernetes/status/objects.ts'
import { judgeScheduling } from '../../../../src/systems/kubernetes/status/scheduling.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'api-1', uid: 'api-1' },
  status: {
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/3 nodes: Insufficient cpu',
      },
    ],
  },
}

function event(reason: string, second: number, count = 1): KubernetesEvent {
  const lastTimestamp = `2026-11-26T10:00:${String(second).padStart(2, '0')}Z`
  const name = `${reason}-${second}`
  return { apiVersion: 'v1', kind: 'Event', metadata: { name, uid: name }, reason, count, lastTimestamp }
}

const asked = event('TriggeredScaleUp', 10)
const refused = event('NotTriggerScaleUp', 30)

test.each<[string, readonly KubernetesEvent[], number]>([
  ['nobody speaks of a node', [], 30_000],
  ['a node was asked for', [asked], 300_000],
  ['none can be brought', [refused], 10_000],
  ['none can be brought after one was asked for', [asked, refused], 10_000],
  ['one is asked for after none could be brought', [refused, event('TriggeredScaleUp', 40)], 300_000],
  ['both are of one second', [event('TriggeredScaleUp', 30), refused], 300_000],
])('a pod that no node takes has failed when it lasts, though %s', (_title, events, graceMs) => {
  for (const known of [events, events.toReversed()]) {
    expect(judgeScheduling(pod, known, undefined)).toMatchObject([{ reason: 'Unschedulable', graceMs }])
  }
})

test('its time begins anew with each node that is asked for, and with the answer that none can be brought', () => {
  const keys = [[], [asked], [{ ...asked, count: 2 }], [asked, refused]].map(
    (events) => judgeScheduling(pod, events, undefined)[0]?.key,
  )
  expect(new Set(keys).size).toBe(keys.length)
})

test('what its object allows counts from the beginning, whatever is asked for', () => {
  const all = [[], [asked], [asked, refused]].map((events) => judgeScheduling(pod, events, 60_000))
  expect(new Set(all.map((symptoms) => JSON.stringify(symptoms))).size).toBe(1)
  expect(all[0]).toMatchObject([{ graceMs: 60_000 }])
})
