import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyImages, type Verification } from '../../../../src/stages/deploy/rollout/verify-images.ts'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { RunningImages } from '../../../../src/systems/kubernetes/cluster.ts'
import { createRegistry } from '../../../../src/systems/registry/create-registry.ts'
import type { Registry } from '../../../../src/systems/registry/registry.ts'
import { openTestbedCluster, type TestbedCluster } from '../../../systems/kubernetes/testbed-cluster.ts'

const { signal } = new AbortController()
const INDEX = 'application/vnd.oci.image.index.v1+json'

let bed: TestbedCluster
let registry: Registry
let repository: string
/** The digest of the platform's own manifest. */
let platform: string

beforeAll(async () => {
  bed = await openTestbedCluster('verify')
  const { address, username, password } = bed.testbed.registry
  registry = createRegistry({
    http: bed.http,
    clock: systemClock,
    secrets: { add: () => undefined },
    credentials: { registry: address, username, password },
  })
  const [name = ''] = bed.testbed.images.debian.split(/:(?=[^/:]+$)/)
  repository = name
  const tag = bed.testbed.images.debian.slice(name.length + 1)
  const digest = (await registry.digestOf(repository, tag, signal)) ?? ''
  platform = (await registry.platformDigests(repository, digest, signal)).at(-1) ?? ''
})

afterAll(() => bed.close())

/** An index as another build would make it: the same image for the platform, and something else about it. */
async function pushIndex(build: string): Promise<string> {
  const { address, username, password } = bed.testbed.registry
  const url = (reference: string) =>
    `http://${address}/v2/${repository.slice(repository.indexOf('/') + 1)}/manifests/${reference}`
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const accept =
    'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
  const manifest = await fetch(url(platform), { headers: { authorization, accept } })
  const body = new Uint8Array(await manifest.arrayBuffer())
  const descriptor = {
    mediaType: manifest.headers.get('content-type'),
    digest: platform,
    size: body.length,
    platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
  }
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [descriptor],
    annotations: { build },
  })
  const digest = `sha256:${createHash('sha256').update(index).digest('hex')}`
  const put = await fetch(url(digest), {
    method: 'PUT',
    headers: { authorization, 'content-type': INDEX },
    body: index,
  })
  expect(put.status).toBe(201)
  return digest
}

interface Parts {
  readonly replicas?: number
  /** Of its metadata, of its init container, and of its pods; YAML in braces. */
  readonly annotations?: string
  readonly prepare?: string
  readonly pod?: string
}

/** A Deployment of the image, with an init container of it and a sidecar that is not the service's. */
function render(name: string, digest: string, parts: Parts = {}): string {
  const { replicas = 2, annotations = '{}', prepare = 'true', pod = '' } = parts
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, annotations: ${annotations} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      ${pod}
      initContainers: [{ name: prepare, image: "${repository}@${digest}", command: [sh, -c, "${prepare}"] }]
      containers:
        - { name: main, image: "${repository}@${digest}", command: [sleep, infinity] }
        - { name: other, image: "${bed.testbed.images.node}", command: [sleep, infinity] }
`
}

function inOrder({ containers, ...rest }: RunningImages): RunningImages {
  const key = (each: RunningImages['containers'][number]): string => `${each.pod}/${each.container}`
  return { ...rest, containers: containers.toSorted((one, other) => key(one).localeCompare(key(other))) }
}

async function roll(yaml: string): Promise<KubernetesObject> {
  const [object] = await bed.apply(yaml)
  await bed.cluster.awaitRollout([object!], { signal, onProgress: () => undefined })
  return object!
}

async function verify(
  digest: string,
  workloads: readonly KubernetesObject[],
  patience = 120_000,
): Promise<Verification & { readonly said: readonly string[] }> {
  const said: string[] = []
  const say = (text: string) => said.push(text)
  const log = { info: say, warn: say, child: () => undefined }
  const deployment = {
    cluster: bed.cluster,
    image: { repository, digest, tags: [] },
    systems: { registry: () => Promise.resolve(registry), clock: systemClock },
  }
  return { ...(await verifyImages(deployment, workloads, { signal, log }, { patience })), said }
}

describe('the image that runs', () => {
  test('is the pushed one, whether it was pushed as an index or as a manifest, and under another index before', async () => {
    const [one, other] = await Promise.all([pushIndex('one'), pushIndex(`other ${Date.now()}`)])
    const first = await roll(render('first', one))
    const [second, third] = await Promise.all([
      roll(render('second', other)),
      roll(render('third', platform)),
    ])
    expect(await verify(one, [first])).toMatchObject({ containers: 4 })
    expect(await verify(other, [second])).toMatchObject({ containers: 4 })
    expect(await verify(platform, [third])).toEqual({
      containers: 4,
      unknown: [],
      said: [`Deployment third: 4 containers run ${platform}.`],
    })
  })

  test('is what the end of the rollout has seen, so that nobody has to ask for it again', async () => {
    const [object] = await bed.apply(render('seen', platform))
    const seen = await bed.cluster.awaitRollout([object!], { signal, onProgress: () => undefined })
    const asked = await bed.cluster.runningImages([object!], signal)
    expect(asked[0]?.containers).toHaveLength(6)
    expect([...seen.values()].map(inOrder)).toEqual(asked.map(inOrder))
  })

  test('is not the pushed one once somebody has set another', async () => {
    const applied = await roll(render('set', platform))
    const foreign = structuredClone(applied) as KubernetesObject & {
      spec: { template: { spec: { containers: { image: string }[] } } }
    }
    foreign.spec.template.spec.containers[0]!.image = bed.testbed.images.node
    const metadata = { name: applied.metadata.name, namespace: bed.namespace }
    const live = await bed.cluster.put({ ...foreign, metadata, status: undefined }, signal)
    await bed.cluster.awaitRollout([live], { signal, onProgress: () => undefined })
    const digest = /sha256:[0-9a-f]{64}$/
    await expect(verify(platform, [applied])).rejects.toMatchObject({
      code: 'E_IMAGE_NOT_RUNNING',
      message: expect.stringMatching(/2 of 4 containers of the service do not run sha256:/) as string,
      evidence: [
        expect.stringMatching(/pod set-.*, container main: .*@sha256:/) as string,
        expect.stringMatching(digest) as string,
      ],
    })
  })

  test('is waited for in a pod that is added after the rollout', async () => {
    const one = { replicas: 1, prepare: 'sleep 2' }
    const applied = await roll(render('grows', platform, one))
    await bed.apply(render('grows', platform, { ...one, replicas: 2 }))
    await expect
      .poll(async () => (await bed.cluster.runningImages([applied], signal))[0]?.containers.length, {
        timeout: 60_000,
      })
      .toBe(6)
    expect(await verify(platform, [applied])).toMatchObject({ containers: 4 })
  })

  test('is nothing else in a pod that was added after the rollout and does not start', async () => {
    const alone = `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: crowded } } }] } }`
    const applied = await roll(render('crowded', platform, { replicas: 1, pod: alone }))
    await bed.apply(render('crowded', platform, { replicas: 2, pod: alone }))
    await expect
      .poll(async () => (await bed.cluster.runningImages([applied], signal))[0]?.containers.length, {
        timeout: 60_000,
      })
      .toBe(6)
    const { containers, said } = await verify(platform, [applied], 1_500)
    expect(containers).toBe(2)
    expect(said).toContainEqual(expect.stringMatching(/: pods that have not started yet: crowded-\S+\.$/))
  })

  test('is that of no pod when none is left', async () => {
    const applied = await roll(render('gone', platform))
    const { apiVersion, kind, metadata } = applied
    await bed.cluster.remove({ apiVersion, kind, name: metadata.name, namespace: bed.namespace }, signal)
    await expect(verify(platform, [applied], 1_000)).rejects.toMatchObject({
      code: 'E_IMAGE_NOT_RUNNING',
      message: `Deployment gone: no pod runs ${platform}.`,
    })
  })

  test('is not asked for where the object is not waited for', async () => {
    const yaml = render('left', platform, { annotations: '{ stagegate.dev/wait: present }' })
    const said = 'it is not waited for (stagegate.dev/wait: present)'
    expect(await verify(platform, await bed.apply(yaml))).toEqual({
      containers: 0,
      unknown: ['Deployment left'],
      said: [`Deployment left: which image it runs is not verified: ${said}.`],
    })
  })

  test('is known of a bare pod, and not of a Job that has removed itself', async () => {
    const spec = `
      terminationGracePeriodSeconds: 0
      restartPolicy: Never
      containers: [{ name: main, image: "${repository}@${platform}", command: [sh, -c, "sleep $SECONDS_UP"], env: [{ name: SECONDS_UP, value: "600" }] }]`
    const pod = await roll(
      `apiVersion: v1\nkind: Pod\nmetadata: { name: bare }\nspec:${spec.replaceAll('\n      ', '\n  ')}`,
    )
    const job = await roll(`
apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec:
  ttlSecondsAfterFinished: 0
  template:
    spec:${spec.replace('"600"', '"0"')}
`)
    await expect
      .poll(() => bed.cluster.get({ ...job, name: 'once', namespace: bed.namespace }, signal), {
        timeout: 20_000,
      })
      .toBeUndefined()
    const { containers, unknown } = await verify(platform, [pod, job])
    expect({ containers, unknown }).toEqual({ containers: 1, unknown: ['Job once'] })
  })
})
