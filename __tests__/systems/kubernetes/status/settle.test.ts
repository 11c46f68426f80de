import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { noBaseline, takeBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import type { Container, ContainerStatus, Pod } from '../../../../src/systems/kubernetes/status/objects.ts'
import { settle } from '../../../../src/systems/kubernetes/status/settle.ts'

const probe = { exec: { command: ['true'] } }
const now = Date.parse('2026-11-26T10:00:00Z')
const deployment: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } }

function pod(
  container: Partial<Container>,
  status: Partial<ContainerStatus> = {},
  init: readonly Container[] = [],
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'api-1', uid: 'api-1', creationTimestamp: '2026-11-20T10:00:00Z' },
    spec: { initContainers: init, containers: [{ name: 'main', ...container }] },
    status: { containerStatuses: [{ name: 'main', ready: true, restartCount: 0, ...status }] },
  }
}

function secondsOf(
  pods: readonly Pod[],
  around: Partial<Parameters<typeof settle>[1]> = {},
  wanted = 1,
): number {
  const world = { object: deployment, events: [], baseline: noBaseline, ...around }
  return settle(pods, world, wanted).settleMs / 1000
}

/** As they are at the first look. */
function baselineOf(pods: readonly Pod[], since?: string) {
  const before = { objects: [], replicaSets: [], events: [], storageClasses: [], pods }
  return takeBaseline(before, { now, ...(since === undefined ? {} : { since }) })
}

describe('a pod that is ready', () => {
  const proxy = { name: 'proxy', restartPolicy: 'Always' }

  test.each<[string, Pod, number]>([
    ['with a readiness probe is believed at once', pod({ readinessProbe: probe }), 0],
    ['without one has to stay up', pod({}), 3],
    ['with a liveness probe alone, as long as that takes', pod({ livenessProbe: probe }), 31],
    [
      'with a liveness probe that begins late, as long as that takes',
      pod({ livenessProbe: { ...probe, initialDelaySeconds: 60 } }),
      91,
    ],
    [
      'with a liveness probe that begins very late, two minutes',
      pod({ livenessProbe: { ...probe, initialDelaySeconds: 600 } }),
      120,
    ],
    [
      'with a native sidecar that has no probe has to stay up',
      pod({ readinessProbe: probe }, {}, [proxy]),
      3,
    ],
    [
      'with a native sidecar and its probe is believed at once',
      pod({ readinessProbe: probe }, {}, [{ ...proxy, readinessProbe: probe }]),
      0,
    ],
    [
      'with an init container that has ended is believed at once',
      pod({ readinessProbe: probe }, {}, [{ name: 'prepare' }]),
      0,
    ],
    [
      'after a crash has to outlast the back-off',
      pod({}, { restartCount: 1, lastState: { terminated: { exitCode: 1 } } }),
      12,
    ],
  ])('%s', (_title, ready, seconds) => {
    expect(secondsOf([ready])).toBe(seconds)
  })
})

describe('a pod that was ready before the rollout', () => {
  const crashedOnce = (startedAt: string) =>
    pod(
      {},
      { restartCount: 1, lastState: { terminated: { exitCode: 1 } }, state: { running: { startedAt } } },
    )
  const longAgo = crashedOnce('2026-11-21T10:00:00Z')
  const justNow = crashedOnce('2026-11-26T09:59:40Z')

  test('is believed at once', () => {
    expect(secondsOf([pod({})], { baseline: baselineOf([pod({})]) })).toBe(0)
  })

  test('is believed at once though it has crashed days ago, not though it crashed a moment ago', () => {
    expect(secondsOf([longAgo], { baseline: baselineOf([longAgo]) })).toBe(0)
    expect(secondsOf([justNow], { baseline: baselineOf([justNow]) })).toBe(12)
  })

  test('is not believed at once when it has been started anew since', () => {
    const again = pod({}, { restartCount: 2, lastState: { terminated: { exitCode: 1 } } })
    expect(secondsOf([again], { baseline: baselineOf([longAgo]) })).toBe(12)
  })

  test('is not one that was made since the first change was written', () => {
    const baseline = baselineOf([pod({})], '2026-11-20T10:00:00Z')
    expect(secondsOf([pod({})], { baseline })).toBe(3)
    expect(baseline.restarts.size).toBe(0)
    expect(secondsOf([pod({})], { baseline: baselineOf([pod({})], '2026-11-20T10:00:01Z') })).toBe(0)
  })
})

describe('pods that may not be seen', () => {
  const object = (container: object): KubernetesObject => ({
    ...deployment,
    spec: { template: { spec: { containers: [{ name: 'main', ...container }] } } },
  })
  const writtenAt = '2026-11-26T10:00:00Z'

  test('are judged by the template of the workload that was changed', () => {
    expect(secondsOf([], { object: object({}), writtenAt })).toBe(12)
    expect(secondsOf([], { object: object({ readinessProbe: probe }), writtenAt })).toBe(0)
    expect(secondsOf([], { object: object({ livenessProbe: probe }), writtenAt })).toBe(31)
  })

  test('are believed at once where the workload was not changed, or wants none', () => {
    expect(secondsOf([], { object: object({}) })).toBe(0)
    expect(secondsOf([], { object: object({}), writtenAt }, 0)).toBe(0)
  })
})
