import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { StagegateError } from '../../../src/errors/index.ts'
import type { WrittenObject } from '../../../src/systems/kubernetes/applied-object.ts'
import { openTestbedCluster, parseYaml, type TestbedCluster } from './testbed-cluster.ts'
import { createApplyTools, type ApplyTools } from './apply-tools.ts'
import { renderDefinition } from './custom-kind.ts'

let bed: TestbedCluster
let tools: ApplyTools

beforeAll(async () => {
  bed = await openTestbedCluster('half')
  tools = createApplyTools(bed)
})

afterAll(async () => {
  const policies = ['validatingadmissionpolicy', 'validatingadmissionpolicybinding']
  for (const kind of policies) await tools.run('delete', kind, bed.namespace, '--ignore-not-found')
  await tools.run('delete', 'crd', `blobs.${bed.namespace}.example.com`, '--ignore-not-found', '--wait=false')
  await bed.close()
})

/** What came of an apply that failed: its error, and what was heard of each object. */
async function failed(yaml: string) {
  const written: WrittenObject[] = []
  const error = await bed.cluster
    .apply(parseYaml(yaml), {
      namespace: bed.namespace,
      dryRun: false,
      signal: new AbortController().signal,
      onApplied: (each) => void written.push(each),
    })
    .then(
      () => expect.fail('it was applied'),
      (thrown: unknown) => thrown as StagegateError,
    )
  return { error, written: written.map(({ object, change }) => `${object.metadata.name} ${change}`) }
}

const needs = (name: string) =>
  `annotations: { config.kubernetes.io/depends-on: /namespaces/${bed.namespace}/ConfigMap/${name} }`

describe('an apply whose writes are refused though its dry run was not', () => {
  beforeAll(async () => {
    await tools.kubectl(
      `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${bed.namespace} }
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${bed.namespace} } }
    resourceRules:
      - { apiGroups: [batch, ''], apiVersions: [v1], operations: [CREATE], resources: [jobs, services] }
  validations:
    - expression: request.dryRun || !has(object.metadata.labels) || !('late' in object.metadata.labels)
      message: not while it is real
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${bed.namespace} }
spec: { policyName: ${bed.namespace}, validationActions: [Deny] }
`,
      '--server-side',
    )
    // Each time another one: only what is created is refused.
    const probe = () =>
      `apiVersion: v1\nkind: Service\nmetadata: { name: probe-${randomUUID()}, labels: { late: yes-please } }\nspec: { ports: [{ port: 80 }] }\n`
    await vi.waitFor(() => expect(bed.apply(probe())).rejects.toMatchObject({ code: 'E_ADMISSION_DENIED' }), {
      timeout: 20_000,
    })
  })

  test('says what is in place and what was written', async () => {
    const { error, written } = await failed(`
apiVersion: v1
kind: ConfigMap
metadata: { name: early }
data: { a: b }
---
apiVersion: v1
kind: Service
metadata: { name: late, labels: { late: yes-please }, ${needs('early')} }
spec: { ports: [{ port: 80 }] }
`)
    expect(error).toMatchObject({
      code: 'E_ADMISSION_DENIED',
      message: expect.stringMatching(/apply Service .*\/late: .*not while it is real/) as string,
      state: '1 of 2 objects are in place, 1 of them were changed.',
      evidence: expect.arrayContaining([`created: ConfigMap ${bed.namespace}/early`]) as string[],
    })
    expect(written).toEqual(['early created'])
  })

  test('names a Job that was deleted and could not be made anew', async () => {
    const job = (image: string, more = '') => `
apiVersion: batch/v1
kind: Job
metadata: { name: once${more} }
spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: ${image} }] } } }
`
    await tools.apply(job('one'))
    const { error, written } = await failed(job('two', ', labels: { late: yes-please }'))
    expect(error).toMatchObject({
      code: 'E_ADMISSION_DENIED',
      state: '0 of 1 objects are in place, 0 of them were changed. 1 was deleted and not made anew.',
      evidence: expect.arrayContaining([`deleted, not made anew: Job ${bed.namespace}/once`]) as string[],
    })
    expect(written).toEqual(['once deleted'])
    expect(await tools.find('Job', 'once', 'batch/v1')).toBeUndefined()
  })
})

test('an object that etcd does not take is an error about the manifest, at once', async () => {
  const group = `${bed.namespace}.example.com`
  await tools.apply(renderDefinition({ group, kind: 'Blob' }))
  const { error } = await failed(
    `apiVersion: ${group}/v1\nkind: Blob\nmetadata: { name: large }\ntext: ${'x'.repeat(1_800_000)}\n`,
  )
  expect(error).toMatchObject({
    code: 'E_MANIFEST_INVALID',
    message: expect.stringMatching(/too large|larger than max/) as string,
  })
  expect(error.evidence.join()).not.toMatch(/given up/)
})

test('definitions whose names another one has end the wait before its time', async () => {
  const definition = (plural: string, singular: string) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.names.${bed.namespace}.example.com }
spec:
  group: names.${bed.namespace}.example.com
  scope: Namespaced
  names: { plural: ${plural}, singular: ${singular}, kind: ${plural} }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`
  await tools.apply(definition('first', 'same'))
  const { error, written } = await failed(definition('second', 'same'))
  expect(error).toMatchObject({
    code: 'E_KUBE_NO_KIND',
    message: 'Definitions were applied whose names the server does not accept.',
    state: '1 of 1 objects are in place, 1 of them were changed.',
    evidence: expect.arrayContaining([
      expect.stringMatching(/^second\..*: "same" is already in use/),
    ]) as string[],
  })
  expect(written).toHaveLength(1)
  for (const name of ['first', 'second'])
    await tools.run('delete', 'crd', `${name}.names.${bed.namespace}.example.com`, '--wait=false')
})
