import { describe, expect, test } from 'vitest'
import { judgeObject } from '../../../../src/systems/kubernetes/status/judge-object.ts'
import {
  readRules,
  type Rules,
  ruleAnnotations,
} from '../../../../src/systems/kubernetes/status/rules/rules.ts'
import { judge, readState, states, summarize } from './states.ts'

const expected: Readonly<Record<string, string>> = {
  'api-service/available': 'done',
  'api-service/unavailable': 'waiting',
  'cron-job/present': 'done',
  'custom-resource/no-status': 'done',
  'custom-resource/not-ready': 'waiting',
  'custom-resource/phase': 'done',
  'custom-resource/ready-unversioned': 'done',
  'custom-resource/ready': 'done',
  'custom-resource/reconciling': 'waiting',
  'custom-resource/stale-condition': 'waiting',
  'custom-resource/stalled': 'InvalidSpec after 3 s',
  'custom-resource/unseen-text': 'waiting',
  'custom-resource/unseen': 'waiting',
  'custom-resource-definition/established': 'done',
  'custom-resource-definition/names-taken': 'ListKindConflict after 3 s',
  'custom-resource-definition/unseen': 'waiting',
  'daemon-set/available': 'done after 3 s',
  'daemon-set/image-not-found': 'ErrImagePull',
  'daemon-set/on-delete': 'done',
  'daemon-set/pods-refused': 'FailedCreate after 1 s',
  'deployment/available': 'done',
  'deployment/crashed-once': 'waiting',
  'deployment/deadline-exceeded': 'ProgressDeadlineExceeded',
  'deployment/image-not-found-old-available': 'ErrImagePull',
  'deployment/image-not-found': 'ErrImagePull',
  'deployment/init-crash-loop': 'CrashLoopBackOff',
  'deployment/liveness-failed-once': 'done after 30 s',
  'deployment/liveness-kills': 'CrashLoopBackOff',
  'deployment/not-ready': 'Unhealthy after 5 s',
  'deployment/old-pods-ending': 'waiting',
  'deployment/paused': 'DeploymentPaused',
  'deployment/pods-refused': 'FailedCreate after 2 s',
  'deployment/scaled-to-zero': 'done',
  'deployment/sidecar-crash-loop': 'CrashLoopBackOff',
  'deployment/unschedulable': 'Unschedulable after 30 s',
  'deployment/unseen': 'waiting',
  'deployment/updating': 'waiting',
  'deployment/volume-missing': 'FailedMount after 4 s',
  'horizontal-pod-autoscaler/active': 'done',
  'horizontal-pod-autoscaler/no-metrics': 'done',
  'horizontal-pod-autoscaler/scaled-to-zero': 'done',
  'horizontal-pod-autoscaler/selector-invalid': 'InvalidSelector after 20 s',
  'horizontal-pod-autoscaler/target-missing': 'FailedGetScale after 20 s',
  'horizontal-pod-autoscaler/unseen': 'waiting',
  'ingress/no-address': 'done',
  'ingress/with-address': 'done',
  'job/complete': 'done',
  'job/deadline-exceeded': 'DeadlineExceeded',
  'job/failed': 'BackoffLimitExceeded',
  'job/image-not-found': 'ErrImagePull',
  'job/pods-refused': 'FailedCreate after 2 s',
  'job/running': 'waiting',
  'job/suspended': 'waiting',
  'namespace/active': 'done',
  'namespace/terminating': 'Terminating',
  'persistent-volume-claim/bound': 'done',
  'persistent-volume-claim/class-missing': 'ProvisioningFailed after 5 s',
  'persistent-volume-claim/lost': 'ClaimLost',
  'persistent-volume-claim/no-volume': 'FailedBinding after 30 s',
  'persistent-volume-claim/waits-for-consumer': 'done',
  'pod/crashing': 'CrashLoopBackOff',
  'pod/failed': 'Failed',
  'pod/pending': 'waiting',
  'pod/ready': 'done after 3 s',
  'pod/succeeded': 'done',
  'pod/terminating': 'Terminating',
  'pod/unschedulable': 'Unschedulable after 30 s',
  'pod-disruption-budget/present': 'done',
  'replica-set/available': 'done after 3 s',
  'replica-set/pods-refused': 'FailedCreate after 2 s',
  'service/cluster-ip': 'done',
  'service/external-name': 'done',
  'service/headless': 'done',
  'service/load-balancer-pending': 'waiting',
  'service/load-balancer': 'done',
  'stateful-set/available': 'done after 3 s',
  'stateful-set/crash-loop': 'CrashLoopBackOff',
  'stateful-set/on-delete': 'done',
  'stateful-set/partition-updated': 'done after 3 s',
  'stateful-set/starting': 'waiting',
}

test('every state of a kind has its judgement', () => {
  expect(states.toSorted()).toEqual(Object.keys(expected).toSorted())
})

test.each(Object.entries(expected))('%s is %s', (name, judgement) => {
  expect(summarize(judge(readState(name)))).toBe(judgement)
})

describe('an annotation', () => {
  test.each<[string, Partial<Record<keyof Rules, string>>, string]>([
    ['service/load-balancer-pending', { wait: 'present' }, 'done'],
    ['deployment/image-not-found', { wait: 'present' }, 'done'],
    ['deployment/image-not-found', { wait: 'skip' }, 'done'],
    ['namespace/terminating', { wait: 'skip' }, 'done'],
    ['namespace/terminating', { wait: 'present' }, 'Terminating'],
    ['ingress/no-address', { wait: 'ready' }, 'waiting'],
    ['ingress/with-address', { wait: 'ready' }, 'done'],
    ['horizontal-pod-autoscaler/no-metrics', { wait: 'ready' }, 'waiting'],
    ['horizontal-pod-autoscaler/active', { wait: 'ready' }, 'done'],
    ['custom-resource/phase', { wait: 'ready' }, 'waiting'],
    ['custom-resource/phase', { readyWhen: '{.status.phase}=Running' }, 'done'],
    ['custom-resource/phase', { readyWhen: 'jsonpath={.status.phase}=Stopped' }, 'waiting'],
    ['custom-resource/phase', { failedWhen: '{.status.phase}=Running' }, 'FailedWhen'],
    ['custom-resource/not-ready', { readyWhen: 'condition=Ready=False' }, 'done'],
    [
      'custom-resource/not-ready',
      { failedWhen: '{.status.conditions[?(@.type=="Ready")].reason}=Making' },
      'FailedWhen',
    ],
    ['custom-resource/unseen', { readyWhen: 'condition=Ready' }, 'waiting'],
    ['persistent-volume-claim/no-volume', { readyWhen: '{.status.phase}=Pending' }, 'done'],
    ['deployment/unschedulable', { scheduleWithin: '2m' }, 'Unschedulable after 120 s'],
    ['deployment/not-ready', { readyWithin: '1m30s' }, 'Unhealthy after 90 s'],
    ['deployment/init-crash-loop', { restartsAllowed: '2' }, 'waiting'],
    ['deployment/liveness-kills', { restartsAllowed: '1' }, 'CrashLoopBackOff'],
  ])('on %s of %j makes it %s', (name, rules, judgement) => {
    expect(summarize(judge(readState(name), rules))).toBe(judgement)
  })

  test.each([
    ['wait', 'never', /stagegate\.dev\/wait: ready, present or skip is expected/],
    ['readyWhen', 'Ready', /ready-when: condition=<type> or \{<JSONPath>\}=<value> is expected/],
    ['failedWhen', '{.status[?(@.length)]}=1', /failed-when/],
    ['readyWithin', '5', /ready-within: a duration such as 90s or 5m is expected/],
    ['scheduleWithin', '48h', /schedule-within/],
    ['restartsAllowed', '-1', /restarts-allowed: a whole number from 0 to 100 is expected/],
  ] as const)('%s that says %s is named as wrong, and changes nothing', (rule, text, problem) => {
    const { object } = readState('deployment/available')
    const metadata = { ...object.metadata, annotations: { [ruleAnnotations[rule]]: text } }
    const { rules, problems } = readRules({ ...object, metadata })
    expect(rules).toEqual({})
    expect(problems).toEqual([expect.stringMatching(problem)])
  })
})

describe('an object', () => {
  const { object, ...world } = readState('deployment/available')

  test('of another uid than the one that was applied was made again by someone else', () => {
    const status = judgeObject({ ...world, object }, { uid: 'another', generation: 1 })
    expect(status).toMatchObject({ done: false, symptoms: [{ reason: 'Replaced', graceMs: 0 }] })
  })

  test('of an older generation than the one that was applied is not seen yet', () => {
    const generation = (object.metadata.generation ?? 0) + 1
    const status = judgeObject({ ...world, object }, { uid: object.metadata.uid, generation })
    expect(status).toMatchObject({ done: false, symptoms: [] })
  })

  test.each([
    ['job/complete', 'done'],
    ['job/failed', 'BackoffLimitExceeded'],
    ['job/running', 'Terminating'],
  ])('that is being deleted is judged by its end where it has come to one: %s is %s', (name, judgement) => {
    const ending = readState(name)
    const metadata = { ...ending.object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
    expect(summarize(judge({ ...ending, object: { ...ending.object, metadata } }))).toBe(judgement)
  })

  test('of a kind with the name of another group is judged as what it is', () => {
    const foreign = { ...object, apiVersion: 'apps.example.com/v1', status: {} }
    const status = judgeObject({ ...world, object: foreign }, { uid: object.metadata.uid, generation: 1 })
    expect(status.text).toBe('present')
  })
})
