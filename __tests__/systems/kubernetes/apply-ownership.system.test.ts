import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster
let tools: ApplyTools

beforeAll(async () => {
  bed = await openTestbedCluster('owner')
  tools = createApplyTools(bed)
})

afterAll(() => bed.close())

const deployment = (name: string, spec: string, image = 'b') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  ${spec}
  selector: { matchLabels: { app: ${name} } }
  template: { metadata: { labels: { app: ${name} } }, spec: { nodeSelector: { no: such }, containers: [{ name: a, image: ${image} }] } }
`
const autoscaler = (name: string) => `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} } }
`
const job = (name: string, word: string, more = '') => `
apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: ${word} }] } } }
${more}
`
const replicasOf = async (name: string) =>
  ((await tools.find('Deployment', name, 'apps/v1'))?.spec as { replicas: number }).replicas

describe('what a client-side apply has left', () => {
  const before = `
apiVersion: v1
kind: Service
metadata: { name: taken, labels: { old: gone, kept: same } }
spec:
  selector: { app: a }
  ports: [{ name: web, port: 80 }, { name: old, port: 81 }]
`
  const after = before
    .replace('old: gone, ', '')
    .replace(', { name: old, port: 81 }', '')
    .replace('app: a', 'app: b')

  test('is foretold without a write, then really removed where the manifest no longer has it', async () => {
    await tools.kubectl(before)
    const live = await tools.find('Service', 'taken')
    const foretold = await tools.applyOne(after, true)
    expect(foretold.change).toBe('changed')
    expect(foretold.diff.toSorted()).toEqual([
      '- metadata.labels.old: gone',
      '- spec.ports[old]: {"name":"old","protocol":"TCP","port":81,"targetPort":81}',
      '~ spec.selector.app: a → b',
    ])
    expect((await tools.find('Service', 'taken'))?.metadata.resourceVersion).toBe(
      live?.metadata.resourceVersion,
    )

    expect(await tools.apply(after)).toEqual(['Service taken changed'])
    const taken = await tools.find('Service', 'taken')
    expect(taken?.metadata.labels).toEqual({ kept: 'same' })
    expect(taken?.metadata.annotations).toBeUndefined()
    expect(taken?.spec).toMatchObject({ selector: { app: 'b' }, ports: [{ name: 'web', port: 80 }] })
    expect(taken?.spec).toMatchObject({ clusterIP: (live?.spec as { clusterIP: string }).clusterIP })
    expect(taken?.spec).toEqual(foretold.object.spec)
    expect(managers(taken)).toEqual(['stagegate'])
    expect(await tools.apply(after)).toEqual(['Service taken unchanged'])
  })

  test('is taken over though nothing else differs', async () => {
    const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: same }\ndata: { a: b }\n`
    await tools.kubectl(yaml)
    expect(await tools.apply(yaml)).toEqual(['ConfigMap same changed'])
    expect(managers(await tools.find('ConfigMap', 'same'))).toEqual(['stagegate'])
    expect(await tools.apply(yaml)).toEqual(['ConfigMap same unchanged'])
  })
})

describe('the number of replicas of an autoscaled workload', () => {
  test('is left alone, whoever set it last and whether the autoscaler comes with the set or is there', async () => {
    const scaled = deployment('scaled', 'replicas: 2')
    await tools.apply(`${scaled}---${autoscaler('scaled')}`)
    expect(await replicasOf('scaled')).toBe(2)

    // Ours still: another number in the manifest changes nothing.
    expect(await tools.apply(deployment('scaled', 'replicas: 5'))).toEqual(['Deployment scaled unchanged'])
    expect(await replicasOf('scaled')).toBe(2)

    // The autoscaler's own way to write it.
    await tools.run('scale', 'deployment/scaled', '--replicas=4')
    const changed = deployment('scaled', 'replicas: 5', 'c')
    expect(await tools.apply(`${changed}---${autoscaler('scaled')}`)).toEqual(
      expect.arrayContaining(['Deployment scaled changed']),
    )
    expect(await replicasOf('scaled')).toBe(4)
    expect(await tools.apply(changed)).toEqual(['Deployment scaled unchanged'])
  })

  test('is left alone when it leaves the manifest, also with the commit that brings the autoscaler', async () => {
    await tools.apply(deployment('handed-over', 'replicas: 5'))
    const without = deployment('handed-over', 'minReadySeconds: 0', 'c')
    const foretold = await tools.applyOne(without, true)
    // Nothing autoscales it yet: the field is given up, and the server's default comes.
    expect(foretold.diff).toContain('~ spec.replicas: 5 → 1')

    await tools.apply(`${without}---${autoscaler('handed-over')}`)
    expect(await replicasOf('handed-over')).toBe(5)
    // Still ours, for the autoscaler has changed nothing: it may not be given up by the next run either.
    expect(await tools.apply(without)).toEqual(['Deployment handed-over unchanged'])

    await tools.run('scale', 'deployment/handed-over', '--replicas=3')
    expect(await tools.apply(without.replace('image: c', 'image: d'))).toEqual([
      'Deployment handed-over changed',
    ])
    expect(await replicasOf('handed-over')).toBe(3)
  })

  test('is left alone when a client-side apply has set it', async () => {
    await tools.kubectl(deployment('by-kubectl', 'replicas: 4'))
    await tools.apply(`${deployment('by-kubectl', 'minReadySeconds: 0')}---${autoscaler('by-kubectl')}`)
    expect(await replicasOf('by-kubectl')).toBe(4)
    await tools.apply(deployment('by-kubectl', 'replicas: 2', 'c'))
    expect(await replicasOf('by-kubectl')).toBe(4)
  })

  test('is a conflict, with advice, where nothing autoscales it', async () => {
    await tools.apply(deployment('by-hand', 'replicas: 1'))
    await tools.run('scale', 'deployment/by-hand', '--replicas=2')
    expect(await tools.refused(deployment('by-hand', 'replicas: 1'))).toMatchObject({
      code: 'E_FIELD_CONFLICT',
      evidence: [expect.stringMatching(/\.spec\.replicas is owned by "kubectl \(scale\)"/)],
      next: expect.stringMatching(/Leave spec\.replicas out/) as string,
    })
    expect(await replicasOf('by-hand')).toBe(2)
  })
})

describe('a Job whose pods change', () => {
  test('is deleted and made anew, only after a dry run of everything', async () => {
    await tools.apply(job('work', 'one'))
    const first = await tools.find('Job', 'work', 'batch/v1')
    const invalid = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bad }\ndata: { a: 5 }\n`
    expect(await tools.refused(`${job('work', 'two')}---\n${invalid}`)).toMatchObject({
      code: 'E_MANIFEST_INVALID',
    })
    expect(await tools.refused(job('work', 'two', 'wrong: field'))).toMatchObject({
      code: 'E_MANIFEST_INVALID',
    })
    const foretold = await tools.applyOne(job('work', 'two'), true)
    expect(foretold).toMatchObject({ change: 'recreated' })
    expect(foretold.diff).toContain('~ spec.template.spec.containers[a].image: one → two')
    expect((await tools.find('Job', 'work', 'batch/v1'))?.metadata.uid).toBe(first?.metadata.uid)

    expect(await tools.apply(job('work', 'two'))).toEqual(['Job work recreated'])
    const second = await tools.find('Job', 'work', 'batch/v1')
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid)
    expect(JSON.stringify(second?.spec)).toContain('"image":"two"')
    expect(await tools.apply(job('work', 'two'))).toEqual(['Job work unchanged'])
  })
})

describe('a diff of a Secret', () => {
  test('has names of fields only, whoever wrote it', async () => {
    const word = (text: string) => Buffer.from(text).toString('base64')
    const secret = (data: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: hidden }\n${data}\n`
    await tools.kubectl(secret(`data: { password: ${word('hunter2')}, gone: ${word('hunter3')} }`))
    const applied = await tools.applyOne(secret('stringData: { password: hunter4, more: hunter5 }'), true)
    expect(applied.diff.toSorted()).toEqual([
      '+ data.more: (hidden)',
      '- data.gone: (hidden)',
      '~ data.password: (hidden)',
    ])
    expect(inspect(applied, { depth: 9 })).not.toMatch(/hunter|aHVudGVy/)
    await tools.apply(secret('stringData: { password: hunter4, more: hunter5 }'))
    await tools.apply(secret('stringData: { password: hunter4 }'))
    expect((await tools.find('Secret', 'hidden'))?.data).toEqual({ password: word('hunter4') })
  })
})

function managers(object: Awaited<ReturnType<ApplyTools['find']>>): readonly unknown[] {
  return (object?.metadata.managedFields as { manager: string; subresource?: string }[])
    .filter((entry) => entry.subresource === undefined)
    .map((entry) => entry.manager)
}
