import { explainYaml } from '../../../../text/index.ts'
import { checkDocument, findUnfit } from '../check-document.ts'
import { isMapping, type Mapping } from '../mapping.ts'
import { checkText } from '../check-text.ts'
import { parseDocuments } from '../parse-manifests.ts'

/** The documents of a text that are mappings; or why it cannot be read. Bounded as manifests are. Pure. */
export function readMappings(text: string): readonly Mapping[] | string {
  const refused = checkText(text)
  if (refused !== undefined) return `line ${refused.line}: ${refused.text}`
  const mappings: Mapping[] = []
  for (const document of parseDocuments(text)) {
    const [syntax] = document.errors
    const wrong = (syntax && explainYaml(syntax)) ?? findUnfit(document)?.text ?? checkDocument(document)
    if (wrong !== undefined) return wrong
    const value: unknown = document.toJS()
    if (isMapping(value)) mappings.push(value)
  }
  return mappings
}

/** The entries of a list in a mapping; a single value counts as a list of one. Own keys only. */
export function listAt(mapping: Mapping, key: string): readonly unknown[] {
  const value = Object.hasOwn(mapping, key) ? mapping[key] : undefined
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as readonly unknown[]) : [value]
}
