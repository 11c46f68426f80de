import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from '../../../script/lib/testbed/http.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import type { Cluster } from '../../../src/systems/kubernetes/cluster.ts'
import { createKubernetes } from '../../../src/systems/kubernetes/create-kubernetes.ts'
import { contextOf } from './manifests/source-context.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

const signal = new AbortController().signal
let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('cluster')
})

afterAll(() => bed.close())

/** A token of a run, as the runner's endpoint gives it. */
async function requestIdToken(audience: string): Promise<string> {
  const authority = bed.testbed.certificates.authority
  const job = await request(bed.testbed.oidc.jobs, {
    method: 'POST',
    authority,
    body: JSON.stringify({
      claims: { repository: 'acme/ai-gen-service', sha: 'a'.repeat(40), environment: 'staging' },
      permissions: { 'id-token': 'write' },
    }),
  })
  const { requestToken, requestUrl } = JSON.parse(job.body) as { requestToken: string; requestUrl: string }
  const answer = await request(`${requestUrl}&audience=${encodeURIComponent(audience)}`, {
    authority,
    headers: { authorization: `bearer ${requestToken}` },
  })
  return (JSON.parse(answer.body) as { value: string }).value
}

const { files, processes, secrets } = contextOf(join(tmpdir(), 'stagegate-checkout'), [])
const local = { files, processes, secrets, env: {}, ageKeys: [] }

function connect(audience: string): Promise<Cluster> {
  const { server, authority } = bed.testbed.kubernetes
  const kubernetes = createKubernetes({
    http: bed.http,
    clock: systemClock,
    ...local,
    credentials: { kind: 'oidc', server, caCertificate: readFileSync(authority, 'utf8'), audience },
    requestIdToken,
  })
  expect(kubernetes.configured).toBe(true)
  return kubernetes.connect(signal)
}

describe('the cluster of a run', () => {
  test('is reached with the run’s own token, and knows what it may do', async () => {
    const { audience, namespace } = bed.testbed.kubernetes
    const cluster = await connect(audience)
    expect(await cluster.version(signal)).toMatch(/^v1\.\d+/)
    const access = { verb: 'get', group: '', resource: 'pods/log', namespace }
    const lacked = await cluster.lackedAccess(
      [
        access,
        { ...access, namespace: 'kube-system' },
        { verb: 'patch', group: 'apps', resource: 'deployments', namespace },
      ],
      signal,
    )
    expect(lacked).toEqual(['get pods/log in namespace kube-system'])
    await cluster.ensureNamespace(namespace, signal)
    await expect(
      cluster.get({ apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'kube-system' }, signal),
    ).rejects.toMatchObject({ code: 'E_KUBE_FORBIDDEN' })
  })

  test('refuses a token for someone else', async () => {
    const cluster = await connect('vault')
    await expect(cluster.version(signal)).rejects.toMatchObject({ code: 'E_KUBE_AUTH' })
  })

  test('that is not configured says so', async () => {
    const kubernetes = createKubernetes({
      http: bed.http,
      clock: systemClock,
      ...local,
      credentials: undefined,
      requestIdToken,
    })
    expect(kubernetes.configured).toBe(false)
    await expect(kubernetes.connect(signal)).rejects.toMatchObject({ code: 'E_KUBE_CONFIG' })
  })

  test('keeps objects of our own', async () => {
    const { cluster, namespace } = bed
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'record', namespace },
      data: { a: 'Yg==' },
    }
    const stored = await cluster.put(object, signal)
    expect(stored.metadata.uid).toBeDefined()
    expect((await cluster.put({ ...object, data: { c: 'Yg==' } }, signal)).data).toEqual({ c: 'Yg==' })
    const id = { apiVersion: 'v1', kind: 'Secret', name: 'record', namespace }
    await cluster.remove(id, signal)
    await cluster.remove(id, signal)
    expect(await cluster.get(id, signal)).toBeUndefined()
  })

  test('asks a service through the API server, whatever the service answers', async () => {
    const { cluster, namespace, testbed } = bed
    const program =
      "require('http').createServer((q, r) => r.writeHead(q.url.startsWith('/v1') ? 200 : 418, { 'x-version': '7' }).end(q.url)).listen(8080)"
    const [deployment] = await bed
      .apply(
        `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: main
          image: ${testbed.images.node}
          command:
            - node
            - -e
            - ${JSON.stringify(program)}
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`,
      )
      .then((all) => all.filter((each) => each.kind === 'Deployment'))
    await cluster.awaitRollout([deployment!], { signal, onProgress: () => undefined })
    const ask = (path: string) =>
      cluster.getThroughService({ namespace, name: 'web', port: 'http', path }, signal)
    await expect.poll(async () => (await ask('/v1/a?b=c')).status, { timeout: 10_000 }).toBe(200)
    expect(await ask('/v1/a?b=c')).toMatchObject({
      status: 200,
      body: '/v1/a?b=c',
      headers: { 'x-version': '7' },
    })
    expect(await ask('/teapot')).toMatchObject({ status: 418 })
    // What the API server says itself is no answer of the service.
    await expect(
      cluster.getThroughService({ namespace, name: 'none', port: '80', path: '/' }, signal),
    ).rejects.toMatchObject({
      code: 'E_KUBE_NOT_FOUND',
      message: expect.stringMatching(/not found/) as string,
    })
    await expect(ask('/../../../secrets/theirs')).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
    const web = expect.stringMatching(/^web-/) as string
    const imageId = expect.stringMatching(/@sha256:/) as string
    expect(await cluster.runningImages([deployment!], signal)).toEqual([
      { containers: [{ pod: web, container: 'main', imageId, started: true }], old: [], wanted: true },
    ])
  })
})
