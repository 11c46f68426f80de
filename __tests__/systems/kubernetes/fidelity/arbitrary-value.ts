import fc from 'fast-check'
import { anyNumber } from './arbitrary-text.ts'
import { alwaysSet, byName, byPlace, label, leftOut, port } from './known-forms.ts'

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
  readonly 'x-kubernetes-map-type'?: string
}

export type Schemas = Readonly<Record<string, Schema>>

/** Where a value goes. */
interface Place {
  /** The type that has the field: `EnvVar`. */
  readonly owner: string
  /** The field; empty for items and values of a mapping. */
  readonly name: string
  readonly depth: number
}

/** Values that fit a schema: required fields always, others now and then, the fewer the deeper. */
export function arbitraryValue(schemas: Schemas, schema: Schema, place: Place): fc.Arbitrary<unknown> {
  const { owner, name } = place
  const known = byPlace[`${owner}.${name}`] ?? byName[name]
  if (known !== undefined) return known
  if (schema.$ref !== undefined) {
    const target = schema.$ref.replace('#/components/schemas/', '')
    if (target.endsWith('.Quantity')) return fc.constantFrom('100m', '1', '64Mi', '2Gi')
    if (target.endsWith('.IntOrString')) return fc.oneof(port, label)
    const type = target.split('.').at(-1) ?? ''
    return arbitraryValue(schemas, schemas[target] ?? {}, { ...place, owner: type, name: '' })
  }
  const [only] = schema.allOf ?? []
  if (only !== undefined) return arbitraryValue(schemas, only, place)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const unnamed = { ...place, name: '' }
  switch (schema.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return arbitraryInteger(schema.format)
    case 'number':
      return anyNumber
    case 'array':
      return fc.array(arbitraryValue(schemas, schema.items ?? {}, unnamed), { minLength: 1, maxLength: 2 })
    case 'object':
      return arbitraryMapping(schemas, schema, unnamed)
    case 'string':
    case undefined:
    default:
      return schema.format === 'byte' ? fc.base64String({ maxLength: 12 }) : label
  }
}

/** Mostly such as all fields take, now and then the ends of what the format holds. */
function arbitraryInteger(format: string | undefined): fc.Arbitrary<number> {
  const ends = [0, -1, -2_147_483_648, 2_147_483_647]
  const far = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  return fc.oneof(
    { weight: 14, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.constantFrom(...ends, ...(format === 'int64' ? far : [])) },
  )
}

function arbitraryMapping(schemas: Schemas, schema: Schema, place: Place): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema
  const { depth, owner } = place
  const deeper = { ...place, depth: depth + 1 }
  if (properties === undefined) {
    if (additionalProperties === undefined) return fc.dictionary(label, label, { maxKeys: 2 })
    return fc.dictionary(label, arbitraryValue(schemas, additionalProperties, deeper), {
      minKeys: 1,
      maxKeys: 3,
    })
  }
  const fields = Object.entries(properties).filter(([name]) => !leftOut.has(name))
  const often = depth < 2 ? 2 : depth < 4 ? 4 : 8
  const values = fields.map(([name, field]) => {
    // Drawn only when it is wanted: schemas refer to themselves.
    const value = fc
      .constant(undefined)
      .chain(() => arbitraryValue(schemas, field, { ...deeper, owner, name }))
    if (required.includes(name) || alwaysSet.has(`${owner}.${name}`)) return value
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
