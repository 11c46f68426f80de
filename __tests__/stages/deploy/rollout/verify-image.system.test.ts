import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyImage } from '../../../../src/stages/deploy/rollout/verify-image.ts'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/cluster.ts'
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

/** A Deployment of the image, with an init container of it and a sidecar that is not the service's. */
async function roll(name: string, digest: string): Promise<KubernetesObject> {
  const [object] = await bed.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      initContainers: [{ name: prepare, image: "${repository}@${digest}", command: ["true"] }]
      containers:
        - { name: main, image: "${repository}@${digest}", command: [sleep, infinity] }
        - { name: other, image: "${bed.testbed.images.node}", command: [sleep, infinity] }
`)
  await bed.cluster.awaitRollout([object!], { signal, onProgress: () => undefined })
  return object!
}

function verify(workload: KubernetesObject, digest: string): Promise<{ right: number; said: string[] }> {
  const said: string[] = []
  const log = { info: (text: string) => said.push(text), warn: () => undefined, child: () => undefined }
  const deployment = {
    cluster: bed.cluster,
    image: { repository, digest, tags: [] },
    systems: { registry: () => Promise.resolve(registry) },
  }
  return verifyImage(deployment, workload, { signal, log }).then((right) => ({ right, said }))
}

describe('the image that runs', () => {
  test('is the pushed one, whether it was pushed as an index or as a manifest, and under another index before', async () => {
    const [one, other] = await Promise.all([pushIndex('one'), pushIndex(`other ${Date.now()}`)])
    const first = await roll('first', one)
    const [second, third] = await Promise.all([roll('second', other), roll('third', platform)])
    if (process.env.SHOW !== undefined)
      console.log(await bed.cluster.runningImages(second, signal), one, other)
    expect(await verify(first, one)).toMatchObject({ right: 4 })
    expect(await verify(second, other)).toMatchObject({ right: 4 })
    expect(await verify(third, platform)).toEqual({
      right: 4,
      said: [`Deployment third: 4 containers run ${platform}.`],
    })
  })

  test('is not the pushed one once somebody has set another', async () => {
    const applied = await roll('set', platform)
    const foreign = structuredClone(applied) as KubernetesObject & {
      spec: { template: { spec: { containers: { image: string }[] } } }
    }
    foreign.spec.template.spec.containers[0]!.image = bed.testbed.images.node
    const metadata = { name: applied.metadata.name, namespace: bed.namespace }
    const live = await bed.cluster.put({ ...foreign, metadata, status: undefined }, signal)
    await bed.cluster.awaitRollout([live], { signal, onProgress: () => undefined })
    const digest = /sha256:[0-9a-f]{64}$/
    await expect(verify(applied, platform)).rejects.toMatchObject({
      code: 'E_IMAGE_NOT_RUNNING',
      message: expect.stringMatching(/2 of 4 containers of the service do not run sha256:/) as string,
      evidence: [
        expect.stringMatching(/pod set-.*, container main: .*@sha256:/) as string,
        expect.stringMatching(digest) as string,
      ],
    })
  })
})
