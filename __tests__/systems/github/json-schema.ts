/** A JSON object whose shape is not known to the compiler. */
export type Json = Record<string, unknown>

/** The base under which every `components.schemas` entry of the description is registered with the validator. */
export const schemaBase = 'https://api.github.com/schemas/'

/** OpenAPI 3.0 keywords that say nothing about validity (or say it in another way: `nullable`). */
const annotations = new Set([
  'deprecated',
  'default',
  'description',
  'discriminator',
  'example',
  'examples',
  'externalDocs',
  'nullable',
  'readOnly',
  'title',
  'writeOnly',
  'xml',
])

/** Keywords whose value is a map from a name to a schema. */
const maps = new Set(['properties', 'patternProperties'])

/**
 * Turns a schema of an OpenAPI 3.0 document into plain JSON Schema: `nullable` becomes a union with null (GitHub
 * writes it beside `$ref`, `oneOf` and `enum`, where validators ignore or refuse it), references point to
 * `schemaBase`. An empty string that is the default passes, whatever the format: GitHub's empty addresses.
 */
export function toJsonSchema(schema: Json): Json {
  const reference = schema.$ref
  const converted: Json =
    typeof reference === 'string' ? { $ref: schemaBase + schemaName(reference) } : convertKeywords(schema)
  const alternatives = [
    ...(schema.nullable === true ? [{ type: 'null' }] : []),
    ...(schema.default === '' && schema.format !== undefined ? [{ const: '' }] : []),
  ]
  return alternatives.length === 0 ? converted : { anyOf: [converted, ...alternatives] }
}

/** The names of the component schemas that a schema reaches in one step. */
export function referencedSchemas(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) referencedSchemas(item, found)
  else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      if (key === '$ref' && typeof value === 'string') found.add(schemaName(value))
      else referencedSchemas(value, found)
    }
  }
  return found
}

function schemaName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

function convertKeywords(schema: Json): Json {
  const converted: Json = {}
  for (const [key, value] of Object.entries(schema)) {
    if (annotations.has(key) || key.startsWith('x-')) continue
    converted[key] = convertKeyword(key, value)
  }
  return converted
}

function convertKeyword(key: string, value: unknown): unknown {
  if (key === 'enum' || key === 'required' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => (isObject(item) ? toJsonSchema(item) : item))
  if (maps.has(key)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, schema]) => [name, toJsonSchema(schema as Json)]),
    )
  }
  return toJsonSchema(value as Json)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
