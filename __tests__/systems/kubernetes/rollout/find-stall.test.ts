import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findStall } from '../../../../src/systems/kubernetes/rollout/find-stall.ts'
import type { Judged } from '../../../../src/systems/kubernetes/rollout/judge-all.ts'
import { Stalls } from '../../../../src/systems/kubernetes/rollout/stalls.ts'
import { noBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import { judgeObject } from '../../../../src/systems/kubernetes/status/judge-object.ts'
import type { Pod } from '../../../../src/systems/kubernetes/status/objects.ts'
import { withoutFields } from '../../../../src/systems/kubernetes/without-fields.ts'
import type { World } from '../../../../src/systems/kubernetes/status/status.ts'

const folder = new URL('../fixtures/status/', import.meta.url)
const states = readdirSync(folder).flatMap((kind) =>
  readdirSync(new URL(`${kind}/`, folder)).map((file) => `${kind}/${file.replace(/\.json$/, '')}`),
)

/** A state as a real cluster showed it. */
function readWorld(name: string): World {
  const around = { replicaSets: [], pods: [], events: [], storageClasses: [], baseline: noBaseline }
  const state = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Pick<World, 'object'>
  return { ...around, rules: {}, hasStatus: true, ...state }
}

function judge(world: World): Judged {
  const { object } = world
  const { uid, generation = 0 } = object.metadata
  const status = judgeObject(world, { uid, generation })
  return { title: object.kind, object, live: object, status }
}

const stallOf = (world: World): string | undefined => findStall(judge(world), world)?.text

/** A state in which nobody has looked at the pods: what a dead scheduler leaves. */
function unscheduled(world: World): World {
  const pods = world.pods.map(({ metadata, spec }): Pod => {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: withoutFields(spec ?? {}, ['nodeName']),
      status: { phase: 'Pending' },
    }
  })
  return { ...world, pods }
}

/** Those in which something of the cluster itself has not acted yet. */
const behind: Readonly<Record<string, RegExp>> = {
  // Seen in the moment between the kubelet's word and the controller's.
  'deployment/crashed-once': /^1 pod is ready, and no controller counts more than 0 for Deployment heals$/,
  'deployment/unseen':
    /^no controller has seen Deployment \S+ as it is now \(generation 2, observedGeneration 1\)$/,
}

describe('somebody of the cluster has not acted', () => {
  test.each(states)('in the state %s when its controller is behind', (name) => {
    const text = stallOf(readWorld(name)) ?? ''
    expect(text).toMatch(behind[name] ?? /^$/)
  })

  test('when no scheduler has looked at a pod, but not when it is one of another name', () => {
    const world = unscheduled(readWorld('deployment/not-ready'))
    expect(stallOf(world)).toMatch(/^no scheduler has looked at pod \S+$/)
    const pods = world.pods.map((pod) => ({ ...pod, spec: { ...pod.spec, schedulerName: 'volcano' } }))
    expect(stallOf({ ...world, pods })).toBeUndefined()
  })

  test('when a pod is ready and is not counted, unless it has to stay so for some time', () => {
    const world = readWorld('deployment/not-ready')
    const conditions = [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'True' },
    ]
    const ready = {
      ...world,
      pods: world.pods.map((pod) => ({ ...pod, status: { ...pod.status, conditions } })),
    }
    expect(stallOf(ready)).toMatch(
      /^1 pod is ready, and no controller counts more than 0 for Deployment \S+$/,
    )
    const object = { ...world.object, spec: { ...(world.object.spec as object), minReadySeconds: 30 } }
    expect(stallOf({ ...ready, object })).toBeUndefined()
  })

  test('when a Job has not been started', () => {
    const world = readWorld('job/running')
    expect(stallOf({ ...world, object: { ...world.object, status: {} }, pods: [] })).toMatch(
      /^no controller has started Job /,
    )
  })
})

describe('that nobody acts', () => {
  const world = readWorld('deployment/unseen')
  const snapshot = { ...world, objects: [world.object] }

  test('is told once, after a minute of the time in which the API answers', () => {
    const said: string[] = []
    const stalls = new Stalls(({ text }) => said.push(text))
    const at = (seconds: number, answers = true): number =>
      stalls.find([judge(world)], snapshot, answers, seconds * 1_000).length
    expect([at(0), at(50, false), at(61), at(120)]).toEqual([0, 0, 0, 0])
    expect(said).toEqual([])
    expect([at(121), at(122)]).toEqual([1, 1])
    expect(said).toEqual([
      expect.stringMatching(
        /^nothing has moved for 60 s: no controller .*; are the controllers of the cluster down\?$/,
      ),
    ])
  })

  test('is not so for as long as anything of the object moves', () => {
    const stalls = new Stalls(() => undefined)
    const at = (seconds: number, text: string): number => {
      const each = judge(world)
      const moved = { ...each, status: { ...each.status, text } }
      return stalls.find([moved], snapshot, true, seconds * 1_000).length
    }
    expect([at(0, 'a'), at(59, 'b'), at(100, 'b'), at(118, 'b'), at(119, 'b')]).toEqual([0, 0, 0, 0, 1])
  })
})
