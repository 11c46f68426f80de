import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { Judged, Snapshot } from '../../../../src/systems/kubernetes/rollout/judge-all.ts'
import { Progress } from '../../../../src/systems/kubernetes/rollout/progress.ts'
import { noBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import type { KubernetesEvent, Pod } from '../../../../src/systems/kubernetes/status/objects.ts'
import type { Baseline, ObjectStatus } from '../../../../src/systems/kubernetes/status/status.ts'

const api: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'n', uid: 'api' },
}
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid: name },
  spec: { containers: [{ name: 'main' }] },
})
const event = (about: string, message: string, more: Partial<KubernetesEvent> = {}): KubernetesEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${about} ${message}`, uid: `${about} ${message}` },
  type: 'Warning',
  reason: 'FailedMount',
  message,
  count: 1,
  involvedObject: { kind: about === 'api' ? 'Deployment' : 'Pod', name: about, uid: about },
  ...more,
})
const status = (text: string, pods: readonly Pod[] = [], more: Partial<ObjectStatus> = {}): ObjectStatus => ({
  done: false,
  text,
  symptoms: [],
  pods,
  ...more,
})

/** What is said at each of some looks. */
function tell(
  looks: readonly {
    readonly status: ObjectStatus
    readonly at?: number
    readonly events?: readonly KubernetesEvent[]
  }[],
  baseline: Baseline = noBaseline,
): readonly (readonly string[])[] {
  let said: string[] = []
  const progress = new Progress(({ object, text }) => said.push(`${object}: ${text}`))
  return looks.map((look, index) => {
    said = []
    const judged: Judged = { title: 'Deployment n/api', object: api, status: look.status }
    const around = { objects: [], replicaSets: [], pods: look.status.pods, storageClasses: [] }
    const snapshot: Snapshot = { ...around, events: look.events ?? [], baseline }
    progress.tell([judged], snapshot, look.at ?? index)
    return said
  })
}

describe('the progress of a rollout', () => {
  test('is a line when something changes, and none when nothing does', () => {
    expect(
      tell([{ status: status('0 of 1') }, { status: status('0 of 1') }, { status: status('1 of 1') }]),
    ).toEqual([['Deployment n/api: 0 of 1'], [], ['Deployment n/api: 1 of 1']])
  })

  test('names trouble that may pass once, with how long it may last; what is certain is the failure itself', () => {
    const symptoms = [
      {
        key: 'a',
        graceMs: 22_000,
        reason: 'ErrImagePull',
        text: 'no answer',
        pod: pod('api-1'),
        container: 'main',
      },
      { key: 'b', graceMs: 0, reason: 'InvalidImageName', text: 'InvalidImageName' },
    ]
    const look = { status: status('0 of 1', [], { symptoms }) }
    expect(tell([look, look])).toEqual([
      [
        'Deployment n/api: 0 of 1',
        'Deployment n/api: pod api-1, container main: ErrImagePull: no answer (fails the rollout if it lasts 22 s)',
      ],
      [],
    ])
  })
})

describe('the progress of a large rollout', () => {
  const trouble = (name: string, reason = 'ErrImagePull', graceMs = 22_000) => ({
    key: `${name}/main/image`,
    graceMs,
    reason,
    text: 'no answer',
    pod: pod(name),
    container: 'main',
  })

  test('is one line for the same trouble of many pods, however Kubernetes calls it by turns', () => {
    const names = Array.from({ length: 50 }, (_, index) => `api-${index}`)
    const look = (symptoms: ObjectStatus['symptoms']) => ({ status: status('0 of 50', [], { symptoms }) })
    expect(
      tell([
        look([trouble('api-0'), trouble('api-1')]),
        look(names.map((name) => trouble(name, 'ImagePullBackOff'))),
        look([{ ...trouble('api-0'), key: 'api-0/unschedulable' }]),
      ]).flat(),
    ).toEqual([
      'Deployment n/api: 0 of 50',
      'Deployment n/api: pod api-0 and 1 more, container main: ErrImagePull: no answer (fails the rollout if it lasts 22 s)',
      'Deployment n/api: pod api-0, container main: ErrImagePull: no answer (fails the rollout if it lasts 22 s)',
    ])
  })

  test('is told as it comes at first, then so often that it can be read, and its end at once', () => {
    const counts = Array.from({ length: 100 }, (_, index) => ({
      at: index * 200,
      status: status(`${index} of 100`),
    }))
    const end = { at: 20_000, status: status('100 of 100', [], { done: true }) }
    const said = tell([...counts, end]).flat()
    expect(said.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((count) => `Deployment n/api: ${count} of 100`))
    expect(said).toHaveLength(5 + 3 + 1)
    expect(said.at(-1)).toBe('Deployment n/api: 100 of 100')
  })

  test('tells two objects of one name in different groups apart', () => {
    const said: string[] = []
    const progress = new Progress(({ object, text }) => said.push(`${object}: ${text}`))
    const judged = ['one', 'two'].map((uid): Judged => {
      const object = { ...api, metadata: { ...api.metadata, uid } }
      return { title: uid, object, status: status('waiting') }
    })
    const snapshot = {
      objects: [],
      replicaSets: [],
      pods: [],
      events: [],
      storageClasses: [],
      baseline: noBaseline,
    }
    progress.tell(judged, snapshot, 0)
    progress.tell(judged, snapshot, 1)
    expect(said).toEqual(['one: waiting', 'two: waiting'])
  })
})

describe('warnings of the cluster', () => {
  test('are said once, however often they are repeated and of however many pods', () => {
    const pods = [pod('api-1'), pod('api-2')]
    const events = [
      event('api-1', 'cannot mount for api-1: timeout after 12 s'),
      event('api-2', 'cannot mount for api-2: timeout after 34 s'),
    ]
    const repeated = events.map((each) => ({ ...each, count: 7 }))
    const look = status('0 of 2', pods)
    expect(tell([{ status: look }, { status: look, events }, { status: look, events: repeated }])).toEqual([
      ['Deployment n/api: 0 of 2'],
      ['Deployment n/api: warning: pod api-1: FailedMount: cannot mount for api-1: timeout after 12 s'],
      [],
    ])
  })

  test('are cut between words, so that no half of a secret is left', () => {
    const secret = 's3cret-'.repeat(20)
    const events = [event('api-1', `${'x'.repeat(250)} ${secret}`)]
    const said = tell([{ status: status('x', [pod('api-1')]), events }])[0]?.[1]
    expect(said).toMatch(/x …$/)
    expect(said).not.toMatch(/s3cret/)
  })

  test('of before the apply are not said, until they happen again', () => {
    const old = event('api', 'refused', { reason: 'FailedCreate', count: 3 })
    const baseline = { ...noBaseline, events: new Map([[old.metadata.uid ?? '', 3]]) }
    const look = status('0 of 1')
    expect(
      tell(
        [
          { status: look, events: [old] },
          { status: look, events: [{ ...old, count: 4 }] },
        ],
        baseline,
      ),
    ).toEqual([['Deployment n/api: 0 of 1'], ['Deployment n/api: warning: FailedCreate: refused']])
  })

  test('about a new pod are said though they were there at the first look; about one that ran well they are not', () => {
    const ready = new Set(['old-1/main'])
    const events = [event('new-1', 'one'), event('old-1', 'two')]
    const known = new Map(events.map(({ metadata }) => [metadata.uid ?? '', 1]))
    const look = { status: status('x', [pod('new-1'), pod('old-1')]), events }
    expect(tell([look], { ...noBaseline, ready, events: known })[0]?.slice(1)).toEqual([
      'Deployment n/api: warning: pod new-1: FailedMount: one',
    ])
  })

  test('of other objects, and news that are no warnings, are not said', () => {
    const events = [event('stranger', 'no'), event('api', 'scaled', { type: 'Normal' })]
    expect(tell([{ status: status('x'), events }])[0]).toHaveLength(1)
  })

  test('are five at most for one object', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
    const events = letters.map((letter) => event('api', `trouble ${letter.repeat(3)}`))
    expect(tell([{ status: status('x') }, { status: status('x'), events }])[1]).toHaveLength(5)
  })
})
