import type { FieldPath } from '../../manifest-set.ts'
import { withoutFields } from '../../without-fields.ts'
import type { Mapping } from '../mapping.ts'
import { readMappings } from './read-mappings.ts'

/** Longer values are looked for inside of others too: a URL has its password in it. Characters. */
const LONG = 8
/** Shorter ones are in too many fields. Characters. */
const SHORTEST = 4

/** The fields that are encrypted in each document of a file of SOPS; none for a text that cannot be read. Pure. */
export function listEncrypted(text: string): readonly (readonly FieldPath[])[] {
  const documents = readMappings(text)
  if (typeof documents === 'string') return []
  return documents.map((document) =>
    distinct(findFields(withoutFields(document, ['sops']), (value) => value.startsWith('ENC['))).flatMap(
      outOfList,
    ),
  )
}

/** The fields of an object that hold one of some values, or have a long one in them: what a template made of it. Pure. */
export function listHolding(object: Mapping, values: readonly string[]): readonly FieldPath[] {
  const wanted = values.filter((value) => value.length >= SHORTEST)
  const encoded = wanted
    .filter((value) => value.length >= LONG)
    .map((value) => Buffer.from(value).toString('base64'))
  return distinct(
    findFields(
      object,
      (text) =>
        wanted.some((value) => text === value || (value.length >= LONG && text.includes(value))) ||
        encoded.some((value) => text.includes(value)),
    ),
  )
}

function findFields(value: unknown, matches: (text: string) => boolean): readonly FieldPath[] {
  if (typeof value === 'string' || typeof value === 'number') return matches(String(value)) ? [[]] : []
  if (typeof value !== 'object' || value === null) return []
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, child]) =>
    findFields(child, matches).map((path) => [isList ? 0 : key, ...path]),
  )
}

/** A file may be a list of objects, each of which becomes one of its own. */
function outOfList(path: FieldPath): readonly FieldPath[] {
  return path[0] === 'items' && typeof path[1] === 'number' ? [path, path.slice(2)] : [path]
}

function distinct(paths: readonly FieldPath[]): readonly FieldPath[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()]
}
