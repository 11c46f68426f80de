import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { awaitVerdict } from './await-verdict.ts'
import { defineGadgets, type Gadgets, reportStatus } from './gadgets.ts'
import { lastState } from './last-state.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster
let gadgets: Gadgets

beforeAll(async () => {
  bed = await openTestbedCluster('kinds')
  gadgets = await defineGadgets(bed)
})

afterAll(async () => {
  await gadgets.remove()
  await bed.close()
})

describe.concurrent('a custom resource', () => {
  test('is ready when its controller has seen the change and says so', async () => {
    await bed.apply(gadgets.gadget('ready'))
    await gadgets.report('ready', { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] })
    const applied = await bed.apply(gadgets.gadget('ready', {}, 2))
    const { verdict, said } = await awaitVerdict(bed, applied, {
      async meanwhile() {
        await gadgets.report('ready', {
          observedGeneration: 2,
          conditions: [{ type: 'Ready', status: 'False', reason: 'Growing' }],
        })
        await gadgets.report('ready', { conditions: [{ type: 'Ready', status: 'True' }] })
      },
    })
    expect(verdict).toBe('done')
    expect(said[0]).toBe('waiting for its controller to see the change')
    expect(lastState(said)).toBe('ready')
  })

  test('has failed when its controller has given up', async () => {
    const applied = await bed.apply(gadgets.gadget('stalled'))
    const { verdict } = await awaitVerdict(bed, applied, {
      meanwhile: () =>
        gadgets.report('stalled', {
          observedGeneration: 1,
          conditions: [
            { type: 'Stalled', status: 'True', reason: 'NoSuchSize', message: 'there is no size 1' },
          ],
        }),
    })
    expect(verdict).toBe('NoSuchSize')
  })

  test('that no controller looks at is not waited for', async () => {
    expect(await awaitVerdict(bed, await bed.apply(gadgets.gadget('alone')))).toMatchObject({
      verdict: 'done',
      said: ['present'],
    })
  })

  test('is judged by what its annotations say', async () => {
    const annotations = {
      'stagegate.dev/ready-when': '{.status.phase}=Running',
      'stagegate.dev/failed-when': '{.status.phase}=CreateFailed',
    }
    const [good, bad] = await Promise.all([
      bed.apply(gadgets.gadget('runs', annotations)),
      bed.apply(gadgets.gadget('breaks', annotations)),
    ])
    const ended = await Promise.all([
      awaitVerdict(bed, good, { meanwhile: () => gadgets.report('runs', { phase: 'Running' }) }),
      awaitVerdict(bed, bad, { meanwhile: () => gadgets.report('breaks', { phase: 'CreateFailed' }) }),
    ])
    expect(ended.map(({ verdict }) => verdict)).toEqual(['done', 'FailedWhen'])
  })
})

describe.concurrent('an object of Kubernetes’ own', () => {
  const service = (name: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { type: LoadBalancer, ports: [{ port: 80 }] }
`

  test('of type LoadBalancer is ready when it has an address', async () => {
    const path = `/api/v1/namespaces/${bed.namespace}/services/balanced`
    const { verdict, said } = await awaitVerdict(bed, await bed.apply(service('balanced')), {
      meanwhile: () => reportStatus(bed, path, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }),
    })
    expect(verdict).toBe('done')
    expect(said).toEqual(['its load balancer has no address yet', 'its load balancer has an address'])
  })

  test('is waited for until the time is up when nothing is certain', async () => {
    const { verdict } = await awaitVerdict(bed, await bed.apply(service('unbalanced')), { limitMs: 3_000 })
    expect(verdict).toBe('E_ROLLOUT_TIMEOUT')
  })

  test('that scales what does not exist has failed; without metrics it is ready', async () => {
    const scaler = (name: string, target: string): string => `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec:
  maxReplicas: 3
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${target} }
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }]
`
    await bed.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: scaled }
spec:
  replicas: 1
  selector: { matchLabels: { app: scaled } }
  template:
    metadata: { labels: { app: scaled } }
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: main, image: "${bed.testbed.images.pause}" }] }
`)
    const [there, missing] = await Promise.all([
      awaitVerdict(bed, await bed.apply(scaler('there', 'scaled'))),
      awaitVerdict(bed, await bed.apply(scaler('missing', 'none'))),
    ])
    expect(there.verdict).toBe('done')
    expect(missing.verdict).toBe('FailedGetScale')
  })
})

test('what is ready when it exists costs no request', async () => {
  const applied = await bed.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: present }
---
apiVersion: v1
kind: Secret
metadata: { name: present }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: present }
---
apiVersion: v1
kind: Service
metadata: { name: present }
spec: { selector: { app: present }, ports: [{ port: 80 }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: present }
rules: []
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: present }
spec: { defaultBackend: { service: { name: present, port: { number: 80 } } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: present }
spec: { podSelector: {} }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: present }
spec: { minAvailable: 1, selector: { matchLabels: { app: present } } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: present }
spec:
  schedule: 0 3 * * *
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: "a" }] } } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: present, annotations: { stagegate.dev/wait: skip } }
spec:
  replicas: 0
  selector: { matchLabels: { app: present } }
  template: { metadata: { labels: { app: present } }, spec: { containers: [{ name: main, image: "a" }] } }
`)
  const asked: string[] = []
  const client: ApiClient = {
    ...bed.client,
    send(request) {
      asked.push(request.path)
      return bed.client.send(request)
    },
    stream(request) {
      asked.push(request.path)
      return bed.client.stream(request)
    },
  }
  expect(await awaitVerdict(bed, applied, { client })).toEqual({ verdict: 'done', said: [] })
  // Only which kinds there are, which an earlier step has asked before.
  expect(asked.toSorted()).toEqual(['/api', '/apis'])
})
