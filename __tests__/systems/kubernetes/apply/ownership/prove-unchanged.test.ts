import { describe, expect, test } from 'vitest'
import { provesUnchanged } from '../../../../../src/systems/kubernetes/apply/ownership/prove-unchanged.ts'

type Fields = Readonly<Record<string, unknown>>

interface Case {
  /** Fields of the manifest beside its names. */
  readonly manifest: Fields
  /** What of it is ours in the cluster. */
  readonly owned: object
  /** What the cluster has, where it is not what the manifest has. */
  readonly live?: Fields
  readonly apiVersion?: string
}

const entry = (fieldsV1: object, more: object = {}) => ({
  ...{ manager: 'stagegate', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 },
  ...more,
})

function proves(
  { manifest, owned, live = manifest, apiVersion = 'v1' }: Case,
  managedFields?: object[],
): boolean {
  const names = { apiVersion, kind: 'Thing' }
  const { metadata: described = {}, ...rest } = manifest as { metadata?: Fields }
  const { metadata: describedLive = {}, ...restLive } = live as { metadata?: Fields }
  const own = { name: 'a', namespace: 'n' }
  const server = {
    uid: 'u',
    resourceVersion: '5',
    managedFields: managedFields ?? [entry(owned, { apiVersion })],
  }
  return provesUnchanged(
    { ...names, ...rest, metadata: { ...own, ...described } },
    {
      ...names,
      ...restLive,
      status: { seen: true },
      metadata: { ...own, ...describedLive, ...server },
    },
  )
}

const data = { manifest: { data: { a: '1', b: '2' } }, owned: { 'f:data': { 'f:a': {}, 'f:b': {} } } }

const ports = {
  manifest: { spec: { ports: [{ port: 80, name: 'http' }, { port: 81 }] } },
  owned: {
    'f:spec': {
      'f:ports': {
        'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} },
        'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
      },
    },
  },
  live: {
    spec: {
      ports: [
        { port: 80, name: 'http', protocol: 'TCP', targetPort: 80 },
        { port: 81, protocol: 'TCP', targetPort: 81 },
      ],
      clusterIP: '10.0.0.1',
    },
  },
}

describe('is certain', () => {
  test.each<[string, Case]>([
    ['when all fields are ours and have their values', data],
    [
      'with more in the cluster that is not ours',
      { ...data, live: { data: { ...data.manifest.data, c: '3' }, x: 1 } },
    ],
    [
      'with labels, and names that no apply owns',
      {
        manifest: { metadata: { labels: { a: 'b' } } },
        owned: { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
      },
    ],
    ['with items found by their keys, a default key left out', ports],
    [
      'with keys that the server writes another way than JavaScript',
      {
        manifest: { x: [{ name: 'a&b' }] },
        owned: { 'f:x': { [String.raw`k:{"name":"a\u0026b"}`]: { '.': {}, 'f:name': {} } } },
      },
    ],
    [
      'with items found by their values',
      {
        manifest: { metadata: { finalizers: ['x', 'y'] } },
        owned: { 'f:metadata': { 'f:finalizers': { 'v:"x"': {}, 'v:"y"': {} } } },
      },
    ],
    [
      'with a list that is owned as a whole',
      { manifest: { spec: { args: ['a', 'a'] } }, owned: { 'f:spec': { 'f:args': {} } } },
    ],
    [
      'with a mapping that Kubernetes owns as a whole',
      { manifest: { spec: { selector: { a: 'b' } } }, owned: { 'f:spec': { 'f:selector': {} } } },
    ],
    [
      'with an empty mapping',
      { manifest: { spec: { emptyDir: {} } }, owned: { 'f:spec': { 'f:emptyDir': {} } } },
    ],
    [
      'with keys that every JavaScript object has',
      {
        manifest: JSON.parse('{"data":{"__proto__":"1","constructor":"2"}}') as Fields,
        owned: { 'f:data': { 'f:__proto__': {}, 'f:constructor': {} } },
      },
    ],
  ])('%s', (_what, each) => {
    expect(proves(each)).toBe(true)
  })

  test('whoever else owns the same fields, or has applied before', () => {
    const another = entry(data.owned, { manager: 'another' })
    expect(
      proves(data, [another, entry(data.owned), entry({ 'f:status': {} }, { subresource: 'status' })]),
    ).toBe(true)
  })
})

describe('is left to the server', () => {
  const { manifest, owned } = data
  const spec = (value: unknown, fields: object, live: unknown = value): Case => ({
    manifest: { spec: { x: value } },
    owned: { 'f:spec': { 'f:x': fields } },
    live: { spec: { x: live } },
  })
  const [http, other] = ports.live.spec.ports

  test.each<[string, Case]>([
    ['when a value differs', { ...data, live: { data: { a: '1', b: '3' } } }],
    ['when a value is missing in the cluster', { ...data, live: { data: { a: '1' } } }],
    ['when a field is not ours yet', { manifest: { data: { ...manifest.data, c: '3' } }, owned }],
    [
      'when a field of ours is no longer in the manifest',
      { manifest: { data: { a: '1' } }, owned, live: manifest },
    ],
    [
      'when a field has another name',
      { manifest: { data: { a: '1', toString: '2' } }, owned, live: manifest },
    ],
    ['when a value is written another way', spec('1000m', {}, '1')],
    ['when a number is written as a text', spec('80', {}, 80)],
    ['when a value is null', spec(null, {}, null)],
    ['when a whole number is too large to be exact', spec(2 ** 60, {})],
    ['when such a number is in a list', spec([2 ** 60], {})],
    ['when a mapping was empty and is no longer', spec({ a: 'b' }, {})],
    ['when a mapping is empty and was not', spec({}, { 'f:a': {} }, { a: 'b' })],
    ['when a mapping becomes a list', spec([], { 'f:a': {} }, { a: 'b' })],
    ['when a mapping becomes a text', spec('text', { 'f:a': {} }, { a: 'b' })],
    ['when a list becomes a mapping', spec({ a: 'b' }, { 'v:"a"': {} }, ['a'])],
    ['when a set has one value twice', spec(['a', 'a'], { 'v:"a"': {} })],
    ['when a set has another value', spec(['a', 'c'], { 'v:"a"': {}, 'v:"b"': {} })],
    ['when a set has another order', spec(['b', 'a'], { 'v:"a"': {}, 'v:"b"': {} }, ['a', 'b'])],
    ['when items are in another order', { ...ports, live: { spec: { ports: [other, http] } } }],
    ['when somebody has added an item', { ...ports, live: { spec: { ports: [http, other, { port: 82 }] } } }],
    [
      'when an item has left the manifest',
      { ...ports, manifest: { spec: { ports: ports.manifest.spec.ports.slice(1) } } },
    ],
    [
      'when a key is left out whose default is not known',
      { ...spec([{ a: 1 }], { 'k:{"a":1,"b":2}': { '.': {}, 'f:a': {} } }, [{ a: 1, b: 2 }]) },
    ],
    [
      'when two items have the same keys',
      spec([{ a: 1 }, { a: 1 }], {
        'k:{"a":1}': { '.': {}, 'f:a': {} },
        'k:{"a":2}': { '.': {}, 'f:a': {} },
      }),
    ],
    [
      'when an item of ours is neither in the manifest nor in the cluster',
      spec([{ a: 1 }], { 'k:{"a":1}': { '.': {}, 'f:a': {} }, 'k:{"a":2}': { '.': {}, 'f:a': {} } }),
    ],
    ['when several items had the same keys', spec([{ a: 1 }], { 'k:{"a":1}': {} })],
    [
      'with a mapping of a custom resource, of which only its definition knows whether it is owned as a whole',
      {
        apiVersion: 'example.com/v1',
        manifest: { spec: { selector: { a: 'b' } } },
        owned: { 'f:spec': { 'f:selector': {} } },
      },
    ],
  ])('%s', (_what, each) => {
    expect(proves(each)).toBe(false)
  })

  test.each<[string, object[]]>([
    ['when nobody is known to own anything', []],
    ['when only somebody else has applied it', [entry(owned, { manager: 'another' })]],
    ['when we have only written it', [entry(owned, { operation: 'Update' })]],
    ['when we have applied its status', [entry(owned, { subresource: 'status' })]],
    ['when we have applied another version', [entry(owned, { apiVersion: 'v1beta1' })]],
    ['when it is not said which fields', [entry(owned, { fieldsV1: undefined })]],
    [
      'when a client-side apply owns fields, which become ours',
      [entry(owned), entry(owned, { manager: 'kubectl-client-side-apply', operation: 'Update' })],
    ],
  ])('%s', (_what, managedFields) => {
    expect(proves(data, managedFields)).toBe(false)
  })

  test('when the object is being deleted', () => {
    const live = { ...manifest, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }
    expect(proves({ ...data, live })).toBe(false)
  })
})
