import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planOrder } from '../../../../../src/systems/kubernetes/apply/order/plan-order.ts'
import { parseYaml } from '../../testbed-cluster.ts'
import { batches, needsOf, placed } from './sets.ts'

const workload = (name: string, spec: string, kind = 'Deployment') => `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name} }
spec: { template: { spec: { ${spec.startsWith('containers:') ? '' : 'containers: [{ name: a, image: b }], '}${spec} } } }
`
const plain = (apiVersion: string, kind: string, name: string, rest = '') => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name} }
${rest}
`
const set = (...yaml: readonly string[]) => yaml.join('\n---\n')
const withDependsOn = (name: string, on: string) =>
  plain('v1', 'ConfigMap', name).replace(
    `name: ${name}`,
    `name: ${name}, annotations: { config.kubernetes.io/depends-on: '${on}' }`,
  )

describe('an object waits for what it names', () => {
  test.each([
    [
      'ConfigMap in a variable',
      'v1',
      'ConfigMap',
      'containers: [{ name: a, image: b, env: [{ name: X, valueFrom: { configMapKeyRef: { name: it, key: k } } }] }]',
    ],
    [
      'Secret in a variable',
      'v1',
      'Secret',
      'containers: [{ name: a, image: b, env: [{ name: X, valueFrom: { secretKeyRef: { name: it, key: k } } }] }]',
    ],
    [
      'ConfigMap as variables',
      'v1',
      'ConfigMap',
      'containers: [{ name: a, image: b, envFrom: [{ configMapRef: { name: it } }] }]',
    ],
    [
      'Secret of an init container',
      'v1',
      'Secret',
      'initContainers: [{ name: i, image: b, envFrom: [{ secretRef: { name: it } }] }]',
    ],
    ['ConfigMap as a volume', 'v1', 'ConfigMap', 'volumes: [{ name: v, configMap: { name: it } }]'],
    ['Secret as a volume', 'v1', 'Secret', 'volumes: [{ name: v, secret: { secretName: it } }]'],
    [
      'ConfigMap in a projected volume',
      'v1',
      'ConfigMap',
      'volumes: [{ name: v, projected: { sources: [{ configMap: { name: it } }] } }]',
    ],
    [
      'Secret of a CSI volume',
      'v1',
      'Secret',
      'volumes: [{ name: v, csi: { driver: d, nodePublishSecretRef: { name: it } } }]',
    ],
    [
      'claim',
      'v1',
      'PersistentVolumeClaim',
      'volumes: [{ name: v, persistentVolumeClaim: { claimName: it } }]',
    ],
    ['pull secret', 'v1', 'Secret', 'imagePullSecrets: [{ name: it }]'],
    ['service account', 'v1', 'ServiceAccount', 'serviceAccountName: it'],
    ['priority class', 'scheduling.k8s.io/v1', 'PriorityClass', 'priorityClassName: it'],
    ['runtime class', 'node.k8s.io/v1', 'RuntimeClass', 'runtimeClassName: it'],
    [
      'resource claim',
      'resource.k8s.io/v1',
      'ResourceClaim',
      'resourceClaims: [{ name: c, resourceClaimName: it }]',
    ],
  ])('a workload for its %s', (_title, apiVersion, kind, spec) => {
    const needs = needsOf(set(workload('api', spec), workload('other', ''), plain(apiVersion, kind, 'it')))
    expect(needs.get('Deployment api')).toContain(`${kind} it`)
    const byRank = kind === 'ServiceAccount'
    expect(needs.get('Deployment other')?.has(`${kind} it`)).toBe(byRank)
  })

  test.each([
    [
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      '{ scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: it } }',
      'Deployment',
    ],
    ['keda.sh/v1alpha1', 'ScaledObject', '{ scaleTargetRef: { name: it } }', 'Deployment'],
    [
      'autoscaling.k8s.io/v1',
      'VerticalPodAutoscaler',
      '{ targetRef: { apiVersion: apps/v1, kind: Deployment, name: it } }',
      'Deployment',
    ],
    ['apps/v1', 'StatefulSet', '{ serviceName: it }', 'Service'],
    [
      'apps/v1',
      'StatefulSet',
      '{ volumeClaimTemplates: [{ spec: { storageClassName: it } }] }',
      'StorageClass',
    ],
    ['v1', 'PersistentVolumeClaim', '{ volumeName: it }', 'PersistentVolume'],
    [
      'networking.k8s.io/v1',
      'Ingress',
      '{ rules: [{ http: { paths: [{ backend: { service: { name: it } } }] } }] }',
      'Service',
    ],
    ['networking.k8s.io/v1', 'Ingress', '{ tls: [{ secretName: it }] }', 'Secret'],
    ['networking.k8s.io/v1', 'Ingress', '{ ingressClassName: it }', 'IngressClass'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute', '{ rules: [{ backendRefs: [{ name: it }] }] }', 'Service'],
    ['apiregistration.k8s.io/v1', 'APIService', '{ service: { name: it, namespace: staging } }', 'Service'],
  ])('%s %s with %s', (apiVersion, kind, spec, target) => {
    const apis: Record<string, string> = {
      Deployment: 'apps/v1',
      StorageClass: 'storage.k8s.io/v1',
      IngressClass: 'networking.k8s.io/v1',
    }
    const named = target === 'Deployment' ? workload('it', '') : plain(apis[target] ?? 'v1', target, 'it')
    const needs = needsOf(set(plain(apiVersion, kind, 'one', `spec: ${spec}`), named))
    expect(needs.get(`${kind} one`)).toContain(`${target} it`)
    expect(needs.get(`${target} it`)).not.toContain(`${kind} one`)
  })

  test('a binding for its role and its accounts, a token for its account', () => {
    const binding = (kind: string) =>
      plain(
        'rbac.authorization.k8s.io/v1',
        'RoleBinding',
        `of-${kind}`.toLowerCase(),
        `
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: role }
subjects: [{ kind: ServiceAccount, name: account }]`,
      )
    const needs = needsOf(
      set(
        binding('Role'),
        binding('ClusterRole'),
        plain('v1', 'Secret', 'token').replace(
          'name: token',
          'name: token, annotations: { kubernetes.io/service-account.name: account }',
        ),
        plain('v1', 'ServiceAccount', 'account'),
        plain('rbac.authorization.k8s.io/v1', 'Role', 'role'),
        plain('rbac.authorization.k8s.io/v1', 'ClusterRole', 'role'),
      ),
    )
    expect(needs.get('RoleBinding of-role')).toEqual(new Set(['Role role', 'ServiceAccount account']))
    expect(needs.get('RoleBinding of-clusterrole')).toEqual(
      new Set(['ClusterRole role', 'ServiceAccount account']),
    )
    expect(needs.get('Secret token')).toEqual(new Set(['ServiceAccount account']))
  })

  test('of its own namespace only', () => {
    const needs = needsOf(
      set(
        workload('api', 'volumes: [{ name: v, configMap: { name: it } }]'),
        plain('v1', 'ConfigMap', 'it').replace('name: it', 'name: it, namespace: other'),
      ),
    )
    expect(needs.get('Deployment api')).toEqual(new Set())
  })

  test('in its annotation, which has to name something of the set', () => {
    const needs = needsOf(
      set(
        withDependsOn(
          'last',
          '/namespaces/staging/ConfigMap/first, rbac.authorization.k8s.io/ClusterRole/role',
        ),
        plain('v1', 'ConfigMap', 'first'),
        plain('rbac.authorization.k8s.io/v1', 'ClusterRole', 'role'),
      ),
    )
    expect(needs.get('ConfigMap last')).toEqual(new Set(['ConfigMap first', 'ClusterRole role']))
    expect(() => needsOf(withDependsOn('last', '/namespaces/staging/ConfigMap/frist'))).toThrow(
      /depends on ConfigMap staging\/frist, which is not in the set/,
    )
    expect(() => needsOf(withDependsOn('last', 'ConfigMap/first'))).toThrow(/not of the form/)
  })
})

describe('an object that nobody names', () => {
  test('comes before those that it may concern, and gates come last', () => {
    const webhook = 'ValidatingWebhookConfiguration'
    const needs = needsOf(
      set(
        plain('admissionregistration.k8s.io/v1', webhook, 'gate'),
        workload('api', ''),
        plain('networking.k8s.io/v1', 'NetworkPolicy', 'closed'),
        plain('v1', 'Service', 'api'),
        plain('v1', 'ConfigMap', 'a'),
        plain('cert-manager.io/v1', 'Certificate', 'tls'),
        plain('networking.k8s.io/v1', 'Ingress', 'api'),
      ),
    )
    expect(needs.get('Deployment api')).toEqual(
      new Set(['NetworkPolicy closed', 'Service api', 'Certificate tls', 'ConfigMap a']),
    )
    expect(needs.get(`${webhook} gate`)?.size).toBe(6)
    for (const [, all] of needs) expect(all).not.toContain(`${webhook} gate`)
  })

  test('gives way where another one is named', () => {
    const needs = needsOf(
      set(
        workload('api', ''),
        plain('keda.sh/v1alpha1', 'ScaledObject', 'api', 'spec: { scaleTargetRef: { name: api } }'),
        plain('example.com/v1', 'Widget', 'w'),
      ),
    )
    expect(needs.get('Deployment api')).toEqual(new Set(['Widget w']))
    expect(needs.get('ScaledObject api')).toContain('Deployment api')
  })

  test('takes a kind of another group for a custom resource, whatever its name', () => {
    const needs = needsOf(set(plain('serving.knative.dev/v1', 'Service', 'a'), workload('b', '')))
    expect(needs.get('Deployment b')).toEqual(new Set(['Service a']))
  })
})

describe('objects without a way between them', () => {
  test('go at the same time', async () => {
    const yaml = set(
      ...['a', 'b', 'c'].map((name) =>
        workload(name, `volumes: [{ name: v, configMap: { name: ${name} } }]`),
      ),
      ...['a', 'b', 'c'].map((name) => plain('v1', 'ConfigMap', name)),
      plain('v1', 'Service', 'a'),
    )
    const rounds = await batches(parseYaml(yaml).map(({ object }) => placed(object)))
    expect(rounds.map((round) => round.toSorted())).toEqual([
      ['ConfigMap a', 'ConfigMap b', 'ConfigMap c', 'Service a'],
      ['Deployment a', 'Deployment b', 'Deployment c'],
    ])
  })
})

describe('a circle', () => {
  test('is named, each object with what it needs', () => {
    const chain = (from: string, to: string) => withDependsOn(from, `/namespaces/staging/ConfigMap/${to}`)
    expect(() =>
      needsOf(set(chain('before', 'a'), chain('a', 'b'), chain('b', 'c'), chain('c', 'a'))),
    ).toThrow(
      expect.objectContaining({
        code: 'E_MANIFEST_CYCLE',
        message: expect.stringMatching(
          /: ConfigMap (\w) → ConfigMap (\w) → ConfigMap (\w) → ConfigMap \1\.$/,
        ) as string,
        evidence: expect.arrayContaining([
          expect.stringMatching(/^test\.yaml:\d+: ConfigMap a needs ConfigMap b$/),
        ]) as string[],
        state: 'Nothing was applied.',
      }) as Error,
    )
  })

  test('is found exactly where there is one', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 })
    fc.assert(
      fc.property(edges, (pairs) => {
        const wanted = pairs.filter(([from, to]) => from !== to)
        const items = Array.from({ length: 8 }, (_, index) => {
          const on = wanted
            .filter(([from]) => from === index)
            .map(([, to]) => `/namespaces/staging/ConfigMap/c${to}`)
          const annotations = on.length === 0 ? {} : { 'config.kubernetes.io/depends-on': on.join(',') }
          return placed({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: `c${index}`, namespace: 'staging', annotations },
          })
        })
        const plan = () => planOrder(items, 'staging')
        if (hasCycle(wanted)) expect(plan).toThrow(/in a circle/)
        else {
          for (const [from, to] of wanted) expect(plan()[from]?.needs).toContain(to)
        }
      }),
    )
  })
})

/** By Floyd and Warshall: whether something is reached from itself. */
function hasCycle(edges: readonly (readonly [number, number])[]): boolean {
  const reach = Array.from({ length: 8 }, (_, from) =>
    Array.from({ length: 8 }, (__, to) => edges.some(([a, b]) => a === from && b === to)),
  )
  for (let by = 0; by < 8; by += 1)
    for (let from = 0; from < 8; from += 1)
      for (let to = 0; to < 8; to += 1) if (reach[from]![by]! && reach[by]![to]!) reach[from]![to] = true
  return reach.some((row, index) => row[index]!)
}
