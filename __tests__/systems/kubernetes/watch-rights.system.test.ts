import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { StagegateError } from '../../../src/errors/index.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import type { Cluster } from '../../../src/systems/kubernetes/cluster.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { lastState } from './last-state.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('rights')
})

afterAll(() => bed.close())

/** The cluster as a service account sees it that may do so much with what a rollout looks at. */
async function openAs(name: string, verbs: readonly string[], resources: string): Promise<Cluster> {
  const { namespace, testbed } = bed
  await bed.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${name} }
rules: [{ apiGroups: ["", apps], resources: [${resources}], verbs: ${JSON.stringify(verbs)} }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name} }
subjects: [{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }]
`)
  const { kubeconfig } = testbed.kubernetes
  const argv = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'create', 'token', name]
  const token = execFileSync(join(testbed.bin, 'kubectl'), argv, { encoding: 'utf8' }).trim()
  const config = parse(readFileSync(kubeconfig, 'utf8')) as { users: { name: string; user: object }[] }
  const users = config.users.map((each) => ({ ...each, user: { token } }))
  const connections = createConnections(
    { kind: 'kubeconfig', kubeconfig: stringify({ ...config, users }), context: undefined },
    () => Promise.reject(new Error('no token is needed')),
    systemClock,
  )
  return createCluster(createApiClient(bed.http, connections), systemClock)
}

function deployment(name: string, script: string): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: main
          image: ${bed.testbed.images.debian}
          command: ${JSON.stringify(['sh', '-c', script])}
          readinessProbe: { exec: { command: ["true"] }, periodSeconds: 1 }
`
}

test('a rollout is judged by lists alone where watching is not allowed', async () => {
  const cluster = await openAs('lists', ['get', 'list'], 'deployments, replicasets, pods, pods/log, events')
  const objects = await bed.apply(
    `${deployment('fine', 'sleep infinity')}---${deployment('broken', 'exit 3').replace('image: ', 'image: UPPER/')}`,
  )
  const said: string[] = []
  const options = {
    signal: new AbortController().signal,
    onProgress: ({ text }: { readonly text: string }) => said.push(text),
  }
  await cluster.awaitRollout(
    objects.filter(({ metadata }) => metadata.name === 'fine'),
    options,
  )
  expect(lastState(said)).toBe('1 of 1 replicas available')
  const broken = cluster.awaitRollout(
    objects.filter(({ metadata }) => metadata.name === 'broken'),
    options,
  )
  await expect(broken).rejects.toMatchObject({
    code: 'E_ROLLOUT_FAILED',
    message: expect.stringMatching(/container main: InvalidImageName/) as string,
  })
})

test('a log that may not be read is said once not to be shown, and is no reason to fail', async () => {
  const cluster = await openAs('quiet', ['get', 'list', 'watch'], 'deployments, replicasets, pods, events')
  const objects = await bed.apply(
    `${deployment('one', 'sleep infinity')}---${deployment('two', 'sleep infinity')}`,
  )
  const said: string[] = []
  await cluster.awaitRollout(objects, {
    signal: new AbortController().signal,
    onProgress: ({ text }) => said.push(text),
    onLog: () => undefined,
  })
  const lost = said.filter((text) => text.includes('is not shown any further'))
  expect(lost).toEqual([
    expect.stringMatching(/^The log of pod (?:one|two)-\S+, container main .*forbidden/s),
  ])
})

test('a rollout is judged by its workload alone where nothing else may be seen', async () => {
  const cluster = await openAs('sparse', ['get', 'list', 'watch'], 'deployments')
  const objects = await bed.apply(deployment('alone', 'sleep infinity'))
  const said: string[] = []
  await cluster.awaitRollout(objects, {
    signal: new AbortController().signal,
    onProgress: ({ text }) => said.push(text),
    onLog: () => undefined,
  })
  expect(said).toContainEqual(expect.stringMatching(/^pods may not be listed/))
  expect(lastState(said)).toBe('1 of 1 replicas available')
  expect(await cluster.runningImages(objects, new AbortController().signal)).toEqual([
    { containers: [], old: [], wanted: false, unknown: 'pods may not be listed' },
  ])
})

test('pods that may not be seen are not taken for ready while they crash', async () => {
  const cluster = await openAs('blind', ['get', 'list', 'watch'], 'deployments')
  const objects = await bed.apply(
    deployment('crashes', 'sleep 4; exit 1').replace(/ +readinessProbe.*\n/, ''),
  )
  const limit = systemClock.deadline(
    14_000,
    () => new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }),
  )
  const said: string[] = []
  const rollout = cluster.awaitRollout(objects, {
    signal: limit.signal,
    onProgress: ({ text }) => said.push(text),
  })
  await expect(rollout).rejects.toMatchObject({ code: 'E_ROLLOUT_TIMEOUT' })
  limit.clear()
  expect(said).toContain('1 of 1 replicas available')
})
