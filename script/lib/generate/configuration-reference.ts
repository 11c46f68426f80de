import type { JsonSchema } from './json-schema.ts'

/** The keys of the configuration file as tables, one per part. */
export function configurationReference(schema: JsonSchema): string {
  const seen = new Map<string, string>()
  const parts = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const rows = keysOf(name, part, part.required?.includes(name) ?? false, seen)
    const table = ['| key | value | default | |', '| --- | --- | --- | --- |', ...rows.map(renderRow)]
    return `### \`${name}\`\n\n${table.join('\n')}\n`
  })
  return parts.join('\n')
}

interface Row {
  readonly key: string
  readonly value: string
  readonly fallback: string
  readonly description: string
}

/** The rows of a key and of everything below it; the same keys are listed once, where they are first. */
function keysOf(
  key: string,
  schema: JsonSchema,
  required: boolean,
  seen: Map<string, string>,
): readonly Row[] {
  const below = objectsIn(schema).flatMap((object) =>
    Object.entries(object.properties ?? {}).map((each) => ({ each, object })),
  )
  const same = below.length === 0 ? undefined : JSON.stringify(objectsIn(schema))
  const first = same === undefined ? undefined : seen.get(same)
  if (same !== undefined && first === undefined) seen.set(same, key)
  const description = schema.description ?? ''
  const row: Row = {
    key,
    value: describeValue(schema),
    fallback: required
      ? 'required'
      : schema.default === undefined
        ? ''
        : `\`${JSON.stringify(schema.default)}\``,
    description: first === undefined ? description : `${description} Keys as of \`${first}\`.`.trim(),
  }
  if (first !== undefined) return [row]
  const rest = below.flatMap(({ each: [name, child], object }) =>
    keysOf(
      `${key}${schema.type === 'array' || isListOnly(schema) ? '[]' : ''}.${name}`,
      child,
      object.required?.includes(name) ?? false,
      seen,
    ),
  )
  return [row, ...rest]
}

/** Objects with keys of their own: the schema itself, its forms, or the entries of its list. */
function objectsIn(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.properties !== undefined) return [schema]
  if (schema.anyOf !== undefined) {
    const objects = schema.anyOf.filter((each) => each.properties !== undefined)
    return objects.length > 0 ? objects : schema.anyOf.flatMap(objectsIn)
  }
  return schema.items === undefined ? [] : objectsIn(schema.items)
}

function isListOnly(schema: JsonSchema): boolean {
  return schema.anyOf?.every((each) => each.type === 'array') ?? false
}

/** The forms of a value in words. */
function describeValue(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(describeValue))].join(', or ')
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${String(each)}\``).join(', ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'values' : plural(schema.items)}`
  if (schema.properties !== undefined) return 'keys'
  if (schema.type === 'object') return 'names with values'
  return { string: 'text', boolean: '`true`, `false`', integer: 'number' }[schema.type ?? ''] ?? 'any value'
}

function plural(schema: JsonSchema): string {
  if (schema.properties !== undefined) return 'keys'
  return schema.type === 'string' ? 'texts' : describeValue(schema)
}

function renderRow({ key, value, fallback, description }: Row): string {
  return `| ${[`\`${key}\``, value, fallback, description].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
