import {
  Composer,
  type Document,
  isMap,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type ScalarTag,
  type Tags,
} from 'yaml'
import { explainYaml, looksLikeTemplate, TEMPLATE_HINT } from '../../../text/index.ts'
import { isHiddenByKind } from '../hidden-by-kind.ts'
import type { FieldPath, Manifest } from '../manifest-set.ts'
import { checkDocument, findDuplicateKeys, findUnfit } from './check-document.ts'
import { findProblem, toObject } from './check-object.ts'
import { checkText, TOO_DEEP } from './check-text.ts'
import type { Mapping } from './mapping.ts'

export interface ParsedManifests {
  readonly manifests: readonly Manifest[]
  /** `k8s/api.yaml:12: …`, one for each thing that is wrong. */
  readonly problems: readonly string[]
}

/** More aliases than this in one document are taken for a bomb. */
const MAX_ALIASES = 100

/** Characters from which a document's texts may take much memory. */
const LONG = 50_000

/** `0o17`, which YAML 1.1 does not know. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) =>
    Number(text.replaceAll('_', '').replace(/^([-+]?)0o/, '0o')) * (text.startsWith('-') ? -1 : 1),
}

/** `!!binary` is its content as text: JSON has no bytes. */
const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text) => Buffer.from(text, 'base64').toString('utf8'),
}

/**
 * YAML as kubectl reads it (go-yaml 2: `yes` is true, `0644` and `0o644` are octal), without what it keeps as text:
 * dates and times such as `12:30`, which YAML 1.1 makes numbers of. Compared with kubectl 1.34.
 */
const customTags = (tags: Tags): Tags => [
  octal,
  binary,
  ...tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      (tag.tag !== 'tag:yaml.org,2002:timestamp' &&
        tag.tag !== binary.tag &&
        !('format' in tag && tag.format === 'TIME')),
  ),
]

/** Where a line is, as people read it. */
export type Place = (line: number) => string

/** The fields of an object that are never shown. `document` counts those of the text that are mappings, from 0. */
export type FindHidden = (object: Mapping, document: number) => readonly FieldPath[] | undefined

/**
 * The objects of a file: YAML with any number of documents, JSON, and lists. All problems are found, not only the
 * first. Pure.
 *
 * @param place the path as people read it, the first part of each source; or what says it of a line
 */
export function parseManifests(
  text: string,
  place: string | Place,
  findHidden: FindHidden = () => undefined,
): ParsedManifests {
  const where: Place = typeof place === 'string' ? (line) => `${place}:${line}` : place
  const refused = checkText(text)
  if (refused !== undefined) return { manifests: [], problems: [`${where(refused.line)}: ${refused.text}`] }
  const lines = new LineCounter()
  const at = (offset: number | undefined): string => where(lines.linePos(offset ?? 0).line)
  const manifests: Manifest[] = []
  const problems: string[] = []
  let mappings = -1
  for (const document of parseDocuments(text, lines)) {
    if (isMap(document.contents)) mappings += 1
    const errors = findErrors(document, text)
    if (errors.length > 0) {
      problems.push(...errors.map(({ offset, text }) => `${at(offset)}: ${text}`))
      continue
    }
    for (const { node, value, problem } of readDocument(document)) {
      const source = at(node?.range?.[0])
      const wrong = problem ?? findProblem(value)
      if (wrong !== undefined) problems.push(`${source}: ${wrong}`)
      else {
        const object = toObject(value as Mapping)
        const found = findHidden(value as Mapping, mappings) ?? []
        const hidden = found.filter((path) => !isHiddenByKind(object.kind, path))
        manifests.push({ object, source, ...(hidden.length === 0 ? {} : { hidden }) })
      }
    }
  }
  return { manifests, problems }
}

/**
 * The documents as kubectl reads them, one at a time: all of them at once would hold many times their text in memory.
 * The text was checked before, since the parser is recursive.
 */
export function* parseDocuments(text: string, lines = new LineCounter()): Generator<Document.Parsed> {
  const parser = new Parser(lines.addNewLine)
  // Duplicate keys are looked for by findDuplicateKeys.
  const composer = new Composer({ version: '1.1', customTags, uniqueKeys: false, logLevel: 'error' })
  yield* composer.compose(parser.parse(text)) as Generator<Document.Parsed>
}

interface DocumentError {
  readonly offset: number
  readonly text: string
}

/** Of errors of syntax only the first says where the trouble is. A warning is a tag that is not known. */
function findErrors(document: Document.Parsed, source: string): readonly DocumentError[] {
  const [syntax] = [...document.errors, ...document.warnings]
  if (syntax !== undefined) {
    // What the parser says when levels of indentation fill its stack.
    const text = syntax.message.startsWith('Maximum call stack') ? TOO_DEEP : explainYaml(syntax)
    return [withHint({ offset: syntax.pos[0], text }, source)]
  }
  // Before the document becomes values: the parser would make a text of such a key, and write it to the log by itself.
  const unfit = findUnfit(document)
  if (unfit !== undefined) return [withHint(unfit, source)]
  return findDuplicateKeys(document).map((offset) => ({ offset, text: 'Map keys must be unique' }))
}

function withHint({ offset, text }: DocumentError, source: string): DocumentError {
  const end = source.indexOf('\n', offset)
  const line = source.slice(source.lastIndexOf('\n', offset - 1) + 1, end === -1 ? source.length : end)
  return { offset, text: looksLikeTemplate(line) ? `${text}; ${TEMPLATE_HINT}` : text }
}

interface Item {
  readonly node: Node | null
  readonly value?: unknown
  readonly problem?: string
}

/** The objects of one document; those of a list stand where they are in it. */
function readDocument(document: Document.Parsed): readonly Item[] {
  const node = document.contents as Node | null
  const refused = checkDocument(document)
  if (refused !== undefined) return [{ node, problem: refused }]
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
    // Long texts are put together letter by letter, in a tree of 32 bytes for each; a copy is as long as it says.
    if (document.range[2] - document.range[0] > LONG) value = structuredClone(value)
  } catch (thrown) {
    return [{ node, problem: explainValues(thrown) }]
  }
  if (value === null || value === undefined) return []
  const items = listItems(value)
  if (items === undefined) return [{ node, value }]
  const nodes = isMap(node) ? node.get('items') : undefined
  return items.map((item, index) => ({
    node: (isSeq(nodes) ? (nodes.items[index] as Node | undefined) : undefined) ?? node,
    value: item,
  }))
}

/** What the parser says where it makes values of nodes; of its sentences some quote the document. */
function explainValues(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : ''
  return /^(?:Excessive alias count|Merge sources must be)/.test(message)
    ? message
    : 'its aliases or merge keys cannot be followed'
}

/** Of `kind: List`, and of `DeploymentList` and its like, which kubectl writes. */
function listItems(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, items } = value as Mapping
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined
}
