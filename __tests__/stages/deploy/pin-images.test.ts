import { describe, expect, it } from 'vitest'
import { pinImages } from '../../../src/stages/deploy/manifests/pin-images.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'

const digest = `sha256:${'a'.repeat(64)}`
const stamp = {
  service: 'api',
  repository: 'ghcr.io/acme/api',
  digest,
  commit: 'c0ffee',
  configCommit: 'beef',
}

function deployment(...images: string[]): KubernetesObject {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }))
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api' },
    spec: { template: { spec: { containers } } },
  }
}

function imagesOf(object: KubernetesObject): unknown[] {
  const spec = (object as unknown as { spec: { template: { spec: { containers: { image: unknown }[] } } } })
    .spec
  return spec.template.spec.containers.map((container) => container.image)
}

describe('pinImages', () => {
  it.each(['api', 'api:latest', 'ghcr.io/acme/api', 'ghcr.io/acme/api:v1', `ghcr.io/acme/api:v1@${digest}`])(
    'pins %s, which means the service, to the digest',
    (image) => {
      const { object, pinned } = pinImages(deployment(image), stamp)
      expect(imagesOf(object)).toEqual([`ghcr.io/acme/api@${digest}`])
      expect(pinned).toBe(1)
    },
  )

  it.each(['postgres:16', 'ghcr.io/other/api', 'registry:5000/api-gateway', 'api-sidecar'])(
    'leaves %s alone',
    (image) => {
      expect(imagesOf(pinImages(deployment(image), stamp).object)).toEqual([image])
    },
  )

  it('pins the pods of custom resources and bare pods too', () => {
    const rollout = { ...deployment('api'), apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }
    expect(imagesOf(pinImages(rollout, stamp).object)).toEqual([`ghcr.io/acme/api@${digest}`])
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api' } }
    const pinned = pinImages({ ...pod, spec: { containers: [{ name: 'c', image: 'api' }] } }, stamp)
    expect(pinned.object.spec).toEqual({ containers: [{ name: 'c', image: `ghcr.io/acme/api@${digest}` }] })
    expect(pinImages({ ...pod, kind: 'ConfigMap' }, stamp)).toMatchObject({ pinned: 0 })
  })

  it.each([null, 'api', 7, ['api']])('leaves a container that is %j for the server', (entry) => {
    const object = deployment('api')
    const { containers } = (object as unknown as { spec: { template: { spec: { containers: unknown[] } } } })
      .spec.template.spec
    containers.unshift(entry)
    const result = pinImages(object, stamp)
    expect(result.pinned).toBe(1)
    expect(result.object).toMatchObject({
      spec: { template: { spec: { containers: [entry, { image: `ghcr.io/acme/api@${digest}` }] } } },
    })
  })

  it('writes the commits on the workload itself, never on its pods', () => {
    const { object } = pinImages(deployment('api'), stamp)
    expect(object.metadata.annotations).toEqual({
      'stagegate.dev/commit': 'c0ffee',
      'stagegate.dev/config-commit': 'beef',
    })
    expect(JSON.stringify(object.spec)).not.toContain('c0ffee')
  })

  it('leaves objects that run no pods exactly as they are', () => {
    const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api' } }
    expect(pinImages(service, stamp).object).toBe(service)
  })

  it('does not change what it was given', () => {
    const given = deployment('api')
    pinImages(given, stamp)
    expect(imagesOf(given)).toEqual(['api'])
  })
})
