import { type Document, isMap, isSeq, LineCounter, type Node, parseAllDocuments, type Tags } from 'yaml'
import type { Manifest } from '../cluster.ts'
import { findProblem, type Mapping, toObject } from './check-object.ts'

export interface ParsedManifests {
  readonly manifests: readonly Manifest[]
  /** `k8s/api.yaml:12: …`, one for each thing that is wrong. */
  readonly problems: readonly string[]
}

/** More aliases than this in one document are taken for a bomb. */
const MAX_ALIASES = 100

/**
 * YAML as kubectl reads it (go-yaml 2: `yes` is true, `0644` is octal), but for what kubectl keeps as text: dates and
 * times such as `12:30`, which YAML 1.1 makes numbers of.
 */
const customTags = (tags: Tags): Tags =>
  tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
  )

/**
 * The objects of a file: YAML with any number of documents, JSON, and lists. All problems are found, not only the
 * first. Pure.
 *
 * @param path as people read it, the first part of each source
 */
export function parseManifests(text: string, path: string): ParsedManifests {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags,
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
  })
  const at = (offset: number | undefined): string => `${path}:${lines.linePos(offset ?? 0).line}`
  const manifests: Manifest[] = []
  const problems: string[] = []
  for (const document of Array.isArray(documents) ? documents : []) {
    if (document.errors.length > 0) {
      problems.push(...document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`))
      continue
    }
    for (const { node, value, problem } of readDocument(document)) {
      const source = at(node?.range?.[0])
      const wrong = problem ?? findProblem(value)
      if (wrong !== undefined) problems.push(`${source}: ${wrong}`)
      else manifests.push({ object: toObject(value as Mapping), source })
    }
  }
  return { manifests, problems }
}

interface Item {
  readonly node: Node | null
  readonly value?: unknown
  readonly problem?: string
}

/** The objects of one document; those of a list stand where they are in it. */
function readDocument(document: Document.Parsed): readonly Item[] {
  const node = document.contents as Node | null
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (thrown) {
    return [{ node, problem: thrown instanceof Error ? thrown.message : String(thrown) }]
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

/** Of `kind: List`, and of `DeploymentList` and its like, which kubectl writes. */
function listItems(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, items } = value as Mapping
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined
}
