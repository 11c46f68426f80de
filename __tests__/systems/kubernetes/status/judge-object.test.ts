import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/cluster.ts'
import { noBaseline, takeBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import { judgeObject } from '../../../../src/systems/kubernetes/status/judge-object.ts'
import {
  readRules,
  type Rules,
  ruleAnnotations,
} from '../../../../src/systems/kubernetes/status/rules/rules.ts'
import type { ObjectStatus, World } from '../../../../src/systems/kubernetes/status/status.ts'

const folder = new URL('../fixtures/status/', import.meta.url)

/** States as a real cluster (1.34) showed them, by kind; what no controller of the testbed writes was written by its API. */
const states: readonly string[] = readdirSync(folder).flatMap((kind) =>
  readdirSync(new URL(`${kind}/`, folder)).map((file) => `${kind}/${file.replace(/\.json$/, '')}`),
)

function readState(name: string): World {
  const around = { replicaSets: [], pods: [], events: [], storageClasses: [], baseline: noBaseline }
  const state = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Pick<World, 'object'>
  return { ...around, rules: {}, hasStatus: name.startsWith('custom-resource/'), ...state }
}

function judge(world: World, rules: Partial<Record<keyof Rules, string>> = {}): ObjectStatus {
  const annotations = Object.entries(rules).map(([rule, text]) => [
    ruleAnnotations[rule as keyof Rules],
    text,
  ])
  const { metadata } = world.object
  const object = {
    ...world.object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...Object.fromEntries(annotations) } },
  } as KubernetesObject
  const { uid, generation = 0 } = metadata
  return judgeObject({ ...world, object, rules: readRules(object).rules }, { uid, generation })
}

/** `done`, `done after 3 s`, `waiting`, `CrashLoopBackOff`, `Unschedulable after 30 s`. */
function summarize({ done, settleMs = 0, symptoms }: ObjectStatus): string {
  const [first] = symptoms
  const what = done ? 'done' : (first?.reason ?? 'waiting')
  const time = done ? settleMs : (first?.graceMs ?? 0)
  return time === 0 ? what : `${what} after ${time / 1000} s`
}

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
  'pod/failed': 'Failed',
  'pod/pending': 'waiting',
  'pod/ready': 'done after 3 s',
  'pod/succeeded': 'done',
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

  test('of a kind with the name of another group is judged as what it is', () => {
    const foreign = { ...object, apiVersion: 'apps.example.com/v1', status: {} }
    const status = judgeObject({ ...world, object: foreign }, { uid: object.metadata.uid, generation: 1 })
    expect(status.text).toBe('present')
  })
})

describe('a status that was there before the change', () => {
  /** Long after the objects of the fixtures were made, and after any of their conditions turned. */
  const writtenAt = '2026-12-01T00:00:00Z'
  const failed = { failedWhen: '{.status.phase}=Running' }
  const ready = { readyWhen: '{.status.phase}=Running' }

  test.each<[string, Partial<Record<keyof Rules, string>>, string]>([
    ['custom-resource/phase', ready, 'done after 5 s'],
    ['custom-resource/phase', failed, 'FailedWhen after 5 s'],
    ['custom-resource/phase', {}, 'done after 5 s'],
    ['custom-resource/no-status', {}, 'done after 5 s'],
    ['custom-resource/ready-unversioned', {}, 'done after 5 s'],
    ['custom-resource/ready', {}, 'done'],
    ['horizontal-pod-autoscaler/active', {}, 'done after 16 s'],
    ['horizontal-pod-autoscaler/no-metrics', {}, 'done after 16 s'],
    ['horizontal-pod-autoscaler/target-missing', {}, 'FailedGetScale after 20 s'],
    ['api-service/available', {}, 'done after 5 s'],
    ['pod/ready', {}, 'done after 5 s'],
  ])('is believed only when it lasts: %s with %j is %s', (name, rules, judgement) => {
    expect(summarize(judge({ ...readState(name), writtenAt }, rules))).toBe(judgement)
  })

  test.each([
    ['custom-resource/phase', ready],
    ['custom-resource/ready-unversioned', {}],
    ['horizontal-pod-autoscaler/active', {}],
    ['api-service/available', {}],
  ] as const)('is none of an object that the rollout made: %s with %j is done', (name, rules) => {
    const state = readState(name)
    const made = state.object.metadata.creationTimestamp as string
    expect(summarize(judge({ ...state, writtenAt: made }, rules))).toBe('done')
  })

  test('is none where the condition has turned since', () => {
    const state = readState('horizontal-pod-autoscaler/active')
    const metadata = { ...state.object.metadata, creationTimestamp: '2026-11-01T00:00:00Z' }
    const world = { ...state, object: { ...state.object, metadata } }
    expect(summarize(judge({ ...world, writtenAt: '2026-11-23T23:04:45Z' }))).toBe('done')
    expect(summarize(judge({ ...world, writtenAt: '2026-11-23T23:04:46Z' }))).toBe('done after 16 s')
  })

  test.each([1, '1'])('and is of an earlier generation (%j) is neither ready nor failed', (observed) => {
    const state = readState('custom-resource/phase')
    const metadata = { ...state.object.metadata, generation: 2 }
    const status = { ...(state.object.status as object), observedGeneration: observed }
    const world = { ...state, object: { ...state.object, metadata, status } }
    expect(summarize(judge(world, ready))).toBe('waiting')
    expect(summarize(judge(world, failed))).toBe('waiting')
    const seen = { ...world.object, status: { ...status, observedGeneration: 2 } }
    expect(summarize(judge({ ...world, object: seen }, failed))).toBe('FailedWhen')
  })

  test('says nothing by a condition that is of an earlier generation', () => {
    const state = readState('custom-resource/phase')
    const metadata = { ...state.object.metadata, generation: 2 }
    const conditions = [{ type: 'Synced', status: 'True', observedGeneration: 1 }]
    const world = { ...state, object: { ...state.object, metadata, status: { conditions } } }
    expect(summarize(judge(world, { readyWhen: 'condition=Synced' }))).toBe('waiting')
    expect(summarize(judge(world, { failedWhen: 'condition=Synced' }))).toBe('waiting')
  })
})

describe('what was so before', () => {
  const refused = readState('deployment/pods-refused')
  const exceeded = readState('deployment/deadline-exceeded')

  function before(world: World): World {
    return { ...world, baseline: takeBaseline({ ...world, objects: [world.object] }, { now: 0 }) }
  }

  test('is no refusal of now, until an event repeats it', () => {
    const world = before(refused)
    expect(summarize(judge(world))).toBe('waiting')
    const again = world.events.map((event) => ({ ...event, count: 99 }))
    expect(summarize(judge({ ...world, events: again }))).toBe('FailedCreate after 2 s')
  })

  test('is not what happened since the rollout’s first change was written', () => {
    const since = '2026-11-01T00:00:00Z'
    const taken = (world: World): World => {
      const baseline = takeBaseline({ ...world, objects: [world.object] }, { since, now: 0 })
      return { ...world, baseline }
    }
    expect(summarize(judge(taken(refused)))).toBe('FailedCreate after 2 s')
    expect(summarize(judge(taken(exceeded)))).toBe('ProgressDeadlineExceeded')
    expect(summarize(judge(taken(readState('deployment/available'))))).toBe(
      summarize(judge(readState('deployment/available'))),
    )
    expect(summarize(judge(taken(readState('deployment/liveness-kills'))))).toBe('CrashLoopBackOff')
    expect(summarize(judge(before(readState('deployment/liveness-kills'))))).toBe('waiting')
  })

  test('gives a Deployment its deadline anew', () => {
    expect(summarize(judge(before(exceeded)))).toBe('ProgressDeadlineExceeded after 4 s')
  })

  test('leaves a quota the time that old pods need, only where old pods go first', () => {
    const { object } = refused
    const status = object.status as object
    const replaces = { ...object, status: { ...status, replicas: 1, updatedReplicas: 0 } }
    expect(summarize(judge({ ...refused, object: replaces }))).toBe('FailedCreate after 2 s')
    const spec = { ...(object.spec as object), strategy: { type: 'Recreate' } }
    expect(summarize(judge({ ...refused, object: { ...replaces, spec } }))).toBe('FailedCreate after 20 s')
  })
})

describe('a StatefulSet behind a pod of the earlier revision', () => {
  const crashing = readState('stateful-set/crash-loop')

  /** The same pods, and a template that was changed since. */
  function changed({ object, ...world }: World, spec: object = {}): World {
    const status = { ...(object.status as object), updatedReplicas: 0, updateRevision: 'stateful-set-new' }
    return { ...world, object: { ...object, spec: { ...(object.spec as object), ...spec }, status } }
  }

  const crashedBefore = (world: World): World => ({
    ...world,
    baseline: takeBaseline({ ...world, objects: [world.object] }, { now: 0 }),
  })

  test('has failed when that pod has crashed again since', () => {
    const [symptom] = judge(changed(crashing)).symptoms
    expect(symptom).toMatchObject({ reason: 'CrashLoopBackOff', graceMs: 0, pod: crashing.pods[0] })
    expect(symptom?.text).toMatch(/earlier revision, and no pod is replaced before this one is ready$/)
  })

  test('waits for the next start of one that crashed before, as long as the kubelet may take', () => {
    expect(summarize(judge(crashedBefore(changed(crashing))))).toBe('CrashLoopBackOff after 310 s')
  })

  test('waits for what the change may heal', () => {
    const [pod] = crashing.pods
    const waiting = {
      name: 'main',
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'no a' } },
    }
    const pods = [{ ...pod!, status: { ...pod!.status, containerStatuses: [waiting] } }]
    expect(summarize(judge(changed({ ...crashing, pods })))).toBe('CreateContainerConfigError after 30 s')
  })

  test('is not held up by it where pods are replaced in any order', () => {
    expect(summarize(judge(changed(crashing, { podManagementPolicy: 'Parallel' })))).toBe('waiting')
  })
})
