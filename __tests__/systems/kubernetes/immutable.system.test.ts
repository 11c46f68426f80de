import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

const signal = new AbortController().signal
let bed: TestbedCluster
let tools: ApplyTools
const wide: string[] = []

beforeAll(async () => {
  bed = await openTestbedCluster('fixed')
  tools = createApplyTools(bed)
})

afterAll(async () => {
  await tools.run('delete', '--ignore-not-found', '--wait=false', ...wide)
  await bed.close()
})

const pods = (app: string) => `
  selector: { matchLabels: { app: ${app} } }
  template: { metadata: { labels: { app: ${app} } }, spec: { containers: [{ name: a, image: b }] } }`

const claim = (size: string, mode: string) =>
  `accessModes: [${mode}], resources: { requests: { storage: ${size} } }, storageClassName: none`

/** A kind, how it is written with one of two values, and what is advised. */
const cases: readonly (readonly [
  title: string,
  write: (value: 'one' | 'two', name: string) => string,
  advice: RegExp,
])[] = [
  [
    'Deployment',
    (value) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  replicas: 0${pods(value)}`,
    /its pods go with it/,
  ],
  [
    'ReplicaSet',
    (value) =>
      `apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: { name: a }\nspec:\n  replicas: 0${pods(value)}`,
    /its pods go with it/,
  ],
  [
    'DaemonSet',
    (value) =>
      `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: a }\nspec:${pods(value).replace('spec: { c', 'spec: { nodeSelector: { no: node }, c')}`,
    /its pods go with it/,
  ],
  [
    'StatefulSet',
    (value) =>
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: a }\nspec:\n  replicas: 0\n  serviceName: ${value}${pods('a')}`,
    /--cascade=orphan/,
  ],
  [
    'Pod',
    (value) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { nodeSelector: { no: node }, containers: [{ name: a, image: b, command: [${value}] }] }`,
    /Delete the Pod/,
  ],
  [
    'Service',
    (value) =>
      `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }], ${value === 'one' ? '' : 'clusterIP: None'} }`,
    /its address changes/,
  ],
  [
    'PersistentVolumeClaim',
    (value) =>
      `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a }\nspec: { ${claim('1Gi', value === 'one' ? 'ReadWriteOnce' : 'ReadWriteMany')} }`,
    /takes its volume along/,
  ],
  [
    'PersistentVolume',
    (value, name) =>
      `apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: ${name} }\nspec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteOnce], hostPath: { path: /tmp/${value} } }`,
    /reclaim policy/,
  ],
  [
    'ConfigMap',
    (value) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\nimmutable: true\ndata: { a: ${value} }`,
    /keeps its data for ever/,
  ],
  [
    'Secret',
    (value) =>
      `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nimmutable: true\nstringData: { a: ${value} }`,
    /keeps its data for ever/,
  ],
  [
    'Secret (type)',
    (value) => `apiVersion: v1\nkind: Secret\nmetadata: { name: b }\ntype: example.com/${value}`,
    /keeps its data for ever/,
  ],
  [
    'RoleBinding',
    (value) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: a }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${value} }`,
    /keeps its role for ever/,
  ],
  [
    'ClusterRoleBinding',
    (value, name) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: ${name} }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${value} }`,
    /keeps its role for ever/,
  ],
  [
    'StorageClass (provisioner)',
    (value, name) =>
      `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: ${name}-p }\nprovisioner: example.com/${value}`,
    /existing volumes keep theirs/,
  ],
  [
    'StorageClass (parameters)',
    (value, name) =>
      `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: ${name}-q }\nprovisioner: example.com/a\nparameters: { a: ${value} }`,
    /existing volumes keep theirs/,
  ],
  [
    'PriorityClass',
    (value, name) =>
      `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: ${name} }\nvalue: ${value === 'one' ? 1 : 2}`,
    /another name/,
  ],
  [
    'IngressClass',
    (value, name) =>
      `apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: ${name} }\nspec: { controller: example.com/${value} }`,
    /name it in the Ingresses/,
  ],
  [
    'RuntimeClass',
    (value, name) =>
      `apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: ${name} }\nhandler: ${value}`,
    /name it in the pods/,
  ],
  [
    'CustomResourceDefinition',
    (value, name) =>
      `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: widgets.${name}.example.com }\nspec: { group: ${name}.example.com, scope: ${value === 'one' ? 'Namespaced' : 'Cluster'}, names: { plural: widgets, kind: Widget }, versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }] }`,
    /all its objects go with it/,
  ],
]

describe('a field that stays as it was made', () => {
  test.each(cases)('of a %s is an error with what may be done', async (title, write, advice) => {
    const [kind = ''] = title.split(' ')
    await tools.apply(write('one', bed.namespace))
    const name = /name: ([\w.-]+)/.exec(write('one', bed.namespace))?.[1] ?? ''
    wide.push(`${kind.toLowerCase()}/${name}`)
    const before = await live(title, write)
    const error = await tools.refused(write('two', bed.namespace))
    expect(error, error.message).toMatchObject({
      code: 'E_IMMUTABLE_FIELD',
      state: 'Nothing was applied.',
      next: expect.stringMatching(advice) as string,
    })
    // Neither made anew nor changed; what controllers add meanwhile is theirs.
    const after = await live(title, write)
    expect(after?.metadata.uid).toBe(before?.metadata.uid)
    expect(after?.metadata.generation).toBe(before?.metadata.generation)
    expect(before?.metadata.uid).toBeDefined()
  })

  test.each(['a', `${'j'.repeat(44)}.job`])('of a Job makes it anew: %s', async (name) => {
    const job = (value: string) =>
      `apiVersion: batch/v1\nkind: Job\nmetadata: { name: ${name} }\nspec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: ${value} }] } } }`
    await tools.apply(job('one'))
    expect(await tools.apply(job('two'))).toEqual([`Job ${name} recreated`])
  })

  test('of a Job makes it anew where a quota has no place for another one', async () => {
    const job = (value: string) =>
      `apiVersion: batch/v1\nkind: Job\nmetadata: { name: full }\nspec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: ${value} }] } } }`
    await tools.apply(job('one'))
    const count = (await tools.run('get', 'jobs', '-o', 'name')).trim().split('\n').length
    await tools.kubectl(
      `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: full }\nspec: { hard: { count/jobs.batch: '${count}' } }`,
      '--server-side',
    )
    // Tried only: before the quota is counted another one would be made.
    const another = job('two').replace('name: full', 'name: another')
    const refusal = { code: 'E_QUOTA' }
    await vi.waitFor(() => expect(tools.apply(another, true)).rejects.toMatchObject(refusal), 20_000)
    expect(await tools.refused(another)).toMatchObject(refusal)
    expect(await tools.apply(job('two'))).toEqual(['Job full recreated'])
  })
})

function live(title: string, write: (typeof cases)[number][1]) {
  const text = write('one', bed.namespace)
  const [, apiVersion = ''] = /apiVersion: (\S+)/.exec(text) ?? []
  const [, name = ''] = /name: ([\w.-]+)/.exec(text) ?? []
  const [kind = ''] = title.split(' ')
  return bed.cluster.get({ apiVersion, kind, name, namespace: bed.namespace }, signal)
}
