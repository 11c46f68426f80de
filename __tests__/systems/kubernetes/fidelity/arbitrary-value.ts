import fc from 'fast-check'

/** What of an OpenAPI v3 schema counts for making values. */
export interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
}

export type Schemas = Readonly<Record<string, Schema>>

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/)
const path = fc.stringMatching(/^\/[a-z]{1,5}(\/[a-z0-9]{1,5})?$/)
const port = fc.integer({ min: 1, max: 65_535 })

const backend = fc.record({ service: fc.record({ name: label, port: fc.record({ number: port }) }) })

/** What the server holds beside the schema: forms of texts and numbers that only its validation knows. */
const byName: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...Object.fromEntries(
    [
      'name',
      'key',
      'secretName',
      'claimName',
      'serviceName',
      'containerName',
      'topologyKey',
      'hostname',
      'subdomain',
      'serviceAccountName',
      'storageClassName',
      'volume',
      'prefix',
      'holderIdentity',
      'ingressClassName',
      'priorityClassName',
      'schedulerName',
      'nodeName',
    ].map((name) => [name, label]),
  ),
  ...Object.fromEntries(['port', 'containerPort', 'targetPort'].map((name) => [name, port])),
  ...Object.fromEntries(
    ['path', 'mountPath', 'workingDir', 'terminationMessagePath'].map((name) => [name, path]),
  ),
  host: label.map((name) => `${name}.example.com`),
  image: label.map((name) => `registry.example.com/${name}:1`),
  ...Object.fromEntries(['backend', 'defaultBackend'].map((name) => [name, backend])),
  schedule: fc.constantFrom('*/5 * * * *', '0 3 * * 1', '@daily'),
  timeZone: fc.constant('Etc/UTC'),
  cidr: fc.constantFrom('10.0.0.0/8', '192.168.0.0/16'),
  apiGroup: fc.constantFrom('', 'apps'),
  verbs: fc.subarray(['get', 'list', 'watch', 'patch'], { minLength: 1 }),
  addresses: fc.constantFrom(['10.1.2.3'], ['10.1.2.3', '10.1.2.4']),
  effect: fc.constantFrom('NoSchedule', 'NoExecute'),
  defaultMode: fc.integer({ min: 0, max: 0o777 }),
  mode: fc.integer({ min: 0, max: 0o777 }),
}

/** Set by the server, tied to other fields by rules of its own, or with an effect on what else is in the namespace. */
const leftOut = new Set([
  ...[
    'status',
    'managedFields',
    'ownerReferences',
    'finalizers',
    'creationTimestamp',
    'namespace',
    'generateName',
  ],
  ...[
    'nodePort',
    'clusterIP',
    'clusterIPs',
    'healthCheckNodePort',
    'ipFamilies',
    'loadBalancerIP',
    'loadBalancerClass',
  ],
  ...[
    'externalIPs',
    'hostPort',
    'ephemeralContainers',
    'overhead',
    'resourceVersion',
    'uid',
    'claims',
    'resourceClaims',
  ],
  ...[
    'stringData',
    'seLinuxOptions',
    'windowsOptions',
    'hostUsers',
    'os',
    'deprecatedServiceAccount',
    'nodeRef',
  ],
])

/** Values that fit a schema: required fields always, others now and then, the fewer the deeper. */
export function arbitraryValue(
  schemas: Schemas,
  schema: Schema,
  name = '',
  depth = 0,
): fc.Arbitrary<unknown> {
  const named = byName[name]
  if (named !== undefined) return named
  if (schema.$ref !== undefined) {
    const target = schema.$ref.replace('#/components/schemas/', '')
    if (target.endsWith('.Quantity')) return fc.constantFrom('100m', '1', '64Mi', '2Gi')
    if (target.endsWith('.IntOrString')) return fc.oneof(port, label)
    return arbitraryValue(schemas, schemas[target] ?? {}, name, depth)
  }
  const [only] = schema.allOf ?? []
  if (only !== undefined) return arbitraryValue(schemas, only, name, depth)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: 1, max: 60 })
    case 'number':
      return fc.integer({ min: 1, max: 9 })
    case 'array':
      return fc.array(arbitraryValue(schemas, schema.items ?? {}, '', depth), {
        minLength: 1,
        maxLength: 2,
      })
    case 'object':
      return arbitraryMapping(schemas, schema, depth)
    case 'string':
    case undefined:
    default:
      return schema.format === 'byte' ? fc.base64String({ maxLength: 12 }) : label
  }
}

function arbitraryMapping(schemas: Schemas, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema
  if (properties === undefined) {
    if (additionalProperties === undefined) return fc.dictionary(label, label, { maxKeys: 2 })
    return fc.dictionary(label, arbitraryValue(schemas, additionalProperties, '', depth + 1), {
      minKeys: 1,
      maxKeys: 3,
    })
  }
  const fields = Object.entries(properties).filter(([name]) => !leftOut.has(name))
  const often = depth < 2 ? 2 : depth < 4 ? 4 : 8
  const values = fields.map(([name, field]) => {
    // Drawn only when it is wanted: schemas refer to themselves.
    const value = fc.constant(undefined).chain(() => arbitraryValue(schemas, field, name, depth + 1))
    if (required.includes(name)) return value
    if (depth > 7) return fc.constant(undefined)
    return fc.oneof({ weight: often, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
  })
  return fc
    .tuple(...values)
    .map(
      (drawn) =>
        Object.fromEntries(
          fields.flatMap(([name], at) => (drawn[at] === undefined ? [] : [[name, drawn[at]]])),
        ) as unknown,
    )
}
