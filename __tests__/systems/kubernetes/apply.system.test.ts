import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StagegateError } from '../../../src/errors/index.ts'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { openTestbedCluster, parseYaml, type TestbedCluster } from './testbed-cluster.ts'
import { renderDefinition } from './custom-kind.ts'

const signal = new AbortController().signal
let bed: TestbedCluster
let tools: ApplyTools
const apply: ApplyTools['apply'] = (...given) => tools.apply(...given)
const refused: ApplyTools['refused'] = (...given) => tools.refused(...given)
const find: ApplyTools['find'] = (...given) => tools.find(...given)
const kubectl: ApplyTools['kubectl'] = (...given) => tools.kubectl(...given)

beforeAll(async () => {
  bed = await openTestbedCluster('apply')
  tools = createApplyTools(bed)
})

afterAll(() => bed.close())

const configMap = (name: string, data: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: ${data}
`

describe('an apply', () => {
  test('says what was created, changed and left alone, and writes only what differs', async () => {
    const yaml = `${configMap('one', '{ a: b }')}---${configMap('two', '{ a: b }')}`
    expect((await apply(yaml)).toSorted()).toEqual(['ConfigMap one created', 'ConfigMap two created'])
    const before = await find('ConfigMap', 'one')
    expect((await apply(yaml.replace(/b \}\n$/, 'c }\n'))).toSorted()).toEqual([
      'ConfigMap one unchanged',
      'ConfigMap two changed',
    ])
    expect((await find('ConfigMap', 'one'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion)
  })

  test('takes a field away that has left the manifest', async () => {
    await apply(configMap('fields', '{ a: b, c: d }'))
    await apply(configMap('fields', '{ a: b }'))
    expect((await find('ConfigMap', 'fields'))?.data).toEqual({ a: 'b' })
  })

  test('brings every field to the cluster, those that client libraries rename or do not know too', async () => {
    await apply(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: b } } }] }] }
---
apiVersion: v1
kind: LimitRange
metadata: { name: limits }
spec: { limits: [{ type: Container, default: { memory: 64Mi }, defaultRequest: { memory: 32Mi } }] }
`)
    const policy = await find('NetworkPolicy', 'closed', 'networking.k8s.io/v1')
    expect(policy?.spec).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }] }],
    })
    expect((await find('LimitRange', 'limits'))?.spec).toMatchObject({
      limits: [{ default: { memory: '64Mi' } }],
    })
  })

  test('brings definitions and namespaces with what needs them in one set', async () => {
    const group = `${bed.namespace}.example.com`
    const define = (fields: string): string => {
      const spec = `{ type: object, properties: { ${fields} } }`
      const schema = `{ type: object, properties: { spec: ${spec} } }`
      return renderDefinition({ group, kind: 'Widget', schema })
    }
    const colour = 'colour: { type: string, enum: [green, red], default: red }'
    const yaml = `
apiVersion: ${group}/v1
kind: Widget
metadata: { name: first }
spec: { colour: green }
---
${configMap('inside', '{}').replace('name: inside', `name: inside, namespace: ${bed.namespace}-2`)}
---
${define(colour)}
---
apiVersion: v1
kind: Namespace
metadata: { name: ${bed.namespace}-2 }
`
    expect(await apply(yaml, true)).toContain('Widget first created')
    expect(
      await find('Widget', 'first', `${group}/v1`).catch(
        (thrown: unknown) => (thrown as StagegateError).code,
      ),
    ).toBe('E_KUBE_NO_KIND')
    expect((await apply(yaml)).toSorted()).toEqual([
      'ConfigMap inside created',
      expect.stringMatching(/^CustomResourceDefinition .* created$/),
      expect.stringMatching(/^Namespace .* created$/),
      'Widget first created',
    ])
    const bad = await refused(yaml.split('---')[0]!.replace('green', 'blue'))
    expect(bad).toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: expect.stringMatching(/spec\.colour: Unsupported value/) as string,
    })
    // The definition gains a field with the object that has it.
    const [widget = ''] = yaml.split('---')
    const grown = `${widget.replace('green', 'green, size: 3')}---\n${define(`size: { type: integer }, ${colour}`)}`
    const changed = [expect.stringMatching(/^CustomResourceDefinition .* changed$/), 'Widget first changed']
    expect((await apply(grown, true)).toSorted()).toEqual(changed)
    expect((await find('Widget', 'first', `${group}/v1`))?.spec).toEqual({ colour: 'green' })
    expect((await apply(grown)).toSorted()).toEqual(changed)
    expect((await find('Widget', 'first', `${group}/v1`))?.spec).toEqual({ colour: 'green', size: 3 })
    expect((await apply(grown)).toSorted()).toEqual([
      expect.stringMatching(/^CustomResourceDefinition .* unchanged$/),
      'Widget first unchanged',
    ])
    await bed.cluster.remove({ apiVersion: 'v1', kind: 'Namespace', name: `${bed.namespace}-2` }, signal)
    await bed.cluster.remove(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `widgets.${group}` },
      signal,
    )
  })

  test('is tried before its namespace is there, and writes nothing', async () => {
    const absent = `${bed.namespace}-absent`
    const own = `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${absent} }\n`
    const options = { namespace: absent, dryRun: true, signal, onApplied: () => undefined }
    const tried = await bed.cluster.apply(parseYaml(`${own}---${configMap('first', '{ a: b }')}`), options)
    expect(tried.map(({ object, change }) => `${object.kind} ${change}`)).toEqual([
      'Namespace created',
      'ConfigMap created',
    ])
    const id = { apiVersion: 'v1', kind: 'Namespace', name: absent }
    expect(await bed.cluster.get(id, signal)).toBeUndefined()
  })

  test('takes over what a client-side apply has left', async () => {
    await kubectl(configMap('taken', '{ a: old }'))
    expect(await apply(configMap('taken', '{ a: new }'))).toEqual(['ConfigMap taken changed'])
    expect((await find('ConfigMap', 'taken'))?.data).toEqual({ a: 'new' })
  })
})

describe('an apply that cannot be', () => {
  test('because one object is invalid leaves everything as it is, and names all that are', async () => {
    const error = await refused(
      `${configMap('good', '{ a: b }')}---${configMap('bad', '{ a: 5 }')}---${configMap('worse', '{}')}dta: {}\n`,
    )
    expect(error).toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: '2 of 3 objects are refused by the server.',
      state: 'Nothing was applied.',
      evidence: [
        expect.stringMatching(/^test\.yaml:\d+: .*ConfigMap .*\/bad: .*\.data\.a: expected string/),
        expect.stringMatching(
          /^test\.yaml:\d+: .*ConfigMap .*\/worse: .*\.dta: field not declared in schema/,
        ),
      ],
    })
    expect(await find('ConfigMap', 'good')).toBeUndefined()
  })

  test('because someone else owns a field names them and the field', async () => {
    await kubectl(configMap('owned', '{ a: theirs }'), '--server-side', '--field-manager', 'their-operator')
    expect(await refused(configMap('owned', '{ a: ours }'))).toMatchObject({
      code: 'E_FIELD_CONFLICT',
      evidence: [expect.stringMatching(/ConfigMap .*\/owned: \.data\.a is owned by "their-operator"/)],
      state: 'Nothing was applied.',
    })
    expect((await find('ConfigMap', 'owned'))?.data).toEqual({ a: 'theirs' })
  })

  test('because a field cannot be changed says which', async () => {
    const yaml = (app: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: fixed }
spec:
  replicas: 0
  selector: { matchLabels: { app: ${app} } }
  template: { metadata: { labels: { app: ${app} } }, spec: { containers: [{ name: a, image: b }] } }
`
    await apply(yaml('one'))
    expect(await refused(yaml('two'))).toMatchObject({
      code: 'E_IMMUTABLE_FIELD',
      evidence: [expect.stringMatching(/spec\.selector: .*field is immutable/)],
    })
  })

  test('because of its kind or scope says what is near', async () => {
    expect(await refused(configMap('a', '{}').replace('ConfigMap', 'ConfigMapp'))).toMatchObject({
      code: 'E_KUBE_NO_KIND',
      evidence: ['it serves: v1 ConfigMap', 'at test.yaml:2'],
    })
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a, namespace: b }\n'
    expect(await refused(role)).toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: expect.stringMatching(/whole cluster/) as string,
    })
  })

  test('because two manifests are of one object in the namespace of the set', async () => {
    const error = await refused(
      `${configMap('a', '{}')}---${configMap('a', '{}').replace('name: a', `name: a, namespace: ${bed.namespace}`)}`,
    )
    expect(error).toMatchObject({
      code: 'E_MANIFEST_INVALID',
      evidence: [expect.stringMatching(/is defined before, at test\.yaml:2/)],
    })
  })

  test('half way says what is in place', async () => {
    const yaml = `${configMap('early', '{ a: b }')}---
apiVersion: v1
kind: Service
metadata:
  name: late
  annotations: { config.kubernetes.io/depends-on: /namespaces/${bed.namespace}/ConfigMap/early }
spec: { ports: [{ port: 80 }] }
`
    const stop = new AbortController()
    const [first, second] = parseYaml(yaml)
    const applying = bed.cluster.apply([first!, second!], {
      namespace: bed.namespace,
      dryRun: false,
      signal: stop.signal,
      onApplied() {
        stop.abort(new Error('stopped'))
      },
    })
    await expect(applying).rejects.toThrow('stopped')
    expect(await find('ConfigMap', 'early')).toBeDefined()
    expect(await find('Service', 'late')).toBeUndefined()
  })

  test('tells nothing of a Secret, neither in errors nor in results', async () => {
    const word = Buffer.from('hunter2').toString('base64')
    const secret = (data: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: hidden }\n${data}\n`
    const applied = await bed.apply(secret(`data: { a: ${word} }`))
    expect(inspect(applied, { depth: 9 })).not.toMatch(word)
    for (const data of [
      `data: { a: "${word}!" }`,
      `stringData: { a: { b: ${word} } }`,
      `data: { a: ${word} }\nimmutable: "${word}"`,
    ]) {
      const error = await refused(secret(data))
      expect(error.code).toBe('E_MANIFEST_INVALID')
      expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2|aHVudGVyMg/)
    }
  })
})
