import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { writtenAt } from '../../../src/systems/kubernetes/write-time.ts'
import { awaitVerdict } from './await-verdict.ts'
import { defineGadgets, type Gadgets, reportStatus } from './gadgets.ts'
import { shell, toYaml, workload } from './matrix/case.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster
let gadgets: Gadgets
const { signal } = new AbortController()

beforeAll(async () => {
  bed = await openTestbedCluster('changes')
  gadgets = await defineGadgets(bed)
})

afterAll(async () => {
  await gadgets.remove()
  await bed.close()
})

const able = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'SucceededGetScale',
  message: 'the HPA controller was able to get the target’s current scale',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}

const scaler = (name: string, target: string, version = 'v2') =>
  toYaml({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
  })

test('an apply says when it changed what an object asks for, and of none that it left as it was', async () => {
  const yaml = (data: string, label: string) =>
    toYaml({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'written', labels: { label } },
      data: { data },
    })
  const times: (string | undefined)[] = []
  for (const [data, label] of [
    ['1', 'a'],
    ['1', 'a'],
    ['1', 'b'],
    ['2', 'b'],
  ] as const) {
    const [object] = await bed.apply(yaml(data, label))
    times.push(writtenAt(object!))
  }
  expect(times).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
    undefined,
    undefined,
    expect.stringMatching(/^\d{4}-/),
  ])
})

describe.concurrent('what was so before a change', () => {
  const annotations = {
    'stagegate.dev/ready-when': '{.status.phase}=Running',
    'stagegate.dev/failed-when': '{.status.phase}=CreateFailed',
  }

  test('does not make a custom resource ready whose controller has still to look', async () => {
    await bed.apply(gadgets.gadget('runs', annotations))
    await gadgets.report('runs', { phase: 'Running' })
    const { verdict, said } = await awaitVerdict(
      bed,
      await bed.apply(gadgets.gadget('runs', annotations, 2)),
      {
        async meanwhile() {
          await systemClock.sleep(1_500)
          await gadgets.report('runs', { phase: 'Updating' })
          await systemClock.sleep(500)
          await gadgets.report('runs', { phase: 'CreateFailed' })
        },
      },
    )
    expect(verdict).toBe('FailedWhen')
    expect(said[0]).toBe('{.status.phase}=Running')
  })

  test('does not make it failed either', async () => {
    await bed.apply(gadgets.gadget('broke', annotations))
    await gadgets.report('broke', { phase: 'CreateFailed' })
    const { verdict } = await awaitVerdict(bed, await bed.apply(gadgets.gadget('broke', annotations, 2)), {
      async meanwhile() {
        await systemClock.sleep(1_500)
        await gadgets.report('broke', { phase: 'Running' })
      },
    })
    expect(verdict).toBe('done')
  })

  test('does not make an autoscaler ready that scales something else now', async () => {
    await bed.apply(toYaml(workload('scaled', bed.testbed.images)))
    await bed.apply(scaler('scaler', 'scaled'))
    // What its controller would say some seconds later; and times of the server have whole seconds.
    await reportStatus(
      bed,
      `/apis/autoscaling/v2/namespaces/${bed.namespace}/horizontalpodautoscalers/scaler`,
      { currentReplicas: 1, desiredReplicas: 1, conditions: [able] },
    )
    await systemClock.sleep(1_500)
    const { verdict } = await awaitVerdict(bed, await bed.apply(scaler('scaler', 'none')))
    expect(verdict).toBe('FailedGetScale')
  })

  test('is not what a new pod did between the apply and the first look', async () => {
    const applied = await bed.apply(
      toYaml(workload('late', bed.testbed.images, { container: shell('echo begun; sleep 2; exit 3') })),
    )
    await untilAvailable('late')
    const lines: string[] = []
    const rollout = bed.cluster.awaitRollout(applied, {
      signal,
      onProgress: () => undefined,
      onLog: ({ text }) => lines.push(text),
    })
    await expect(rollout).rejects.toMatchObject({
      code: 'E_ROLLOUT_FAILED',
      message: expect.stringMatching(/exit 3/) as string,
    })
    expect(lines).toContain('begun')
  })

  test('autoscalers in two versions of one namespace are both judged', async () => {
    await bed.apply(toYaml(workload('two', bed.testbed.images)))
    const applied = await bed.apply(`${scaler('first', 'two', 'v1')}---\n${scaler('second', 'two')}`)
    const { verdict } = await awaitVerdict(bed, applied, { limitMs: 40_000 })
    expect(verdict).toBe('done')
  })
})

async function untilAvailable(name: string): Promise<void> {
  const id = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: bed.namespace, name }
  for (;;) {
    const found = await bed.cluster.get(id, signal)
    if ((found?.status as { readonly availableReplicas?: number } | undefined)?.availableReplicas === 1)
      return
    await systemClock.sleep(100)
  }
}
