import { describe, expect, test } from 'vitest'
import { takeBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import type { Rules } from '../../../../src/systems/kubernetes/status/rules/rules.ts'
import type { World } from '../../../../src/systems/kubernetes/status/status.ts'
import { judge, readState, summarize } from './states.ts'

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
