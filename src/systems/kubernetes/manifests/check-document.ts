import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type YAMLMap } from 'yaml'
import { explainYaml } from '../../../text/index.ts'
import { limits } from './limits.ts'

interface Size {
  readonly values: number
  readonly depth: number
}

/**
 * What is wrong with a document as a whole: aliases that lead to themselves, or that unfold to more than can be held.
 * Each node is measured once, so the check costs what the text costs, not what it unfolds to. Merge keys (`<<`) count as
 * what they merge. Pure.
 */
export function checkDocument(document: Document): string | undefined {
  const known = new Map<unknown, Size>()
  const open = new Set<unknown>()
  // An alias means the last anchor of its name before it; names may be used again.
  const anchors = new Map<string, unknown>()

  const measure = (node: unknown): Size => {
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) return { values: 1, depth: 1 } // the parser says that it leads nowhere
      if (open.has(target)) throw new Refusal(`the alias *${node.source} leads to itself`)
      return measure(target)
    }
    const before = known.get(node)
    if (before !== undefined) return before
    if (hasAnchor(node)) anchors.set(node.anchor, node)
    if (!isMap(node) && !isSeq(node)) return { values: 1, depth: 1 }
    open.add(node)
    const children = isMap(node) ? node.items.flatMap((pair) => [pair.key, pair.value]) : node.items
    if (node.items.length > limits.keys)
      throw new Refusal(`a list or mapping has more than ${limits.keys} entries`)
    let values = 1
    let depth = 0
    for (const child of children) {
      const size = measure(child)
      values += size.values
      depth = Math.max(depth, size.depth)
      if (values > limits.values) throw new Refusal(`its aliases unfold to more than ${limits.values} values`)
    }
    if (depth >= limits.depth)
      throw new Refusal(`lists and mappings are nested more than ${limits.depth} deep`)
    open.delete(node)
    const size = { values, depth: depth + 1 }
    known.set(node, size)
    return size
  }

  try {
    measure(document.contents)
    return undefined
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message
    throw thrown
  }
}

class Refusal extends Error {}

interface Found {
  /** In the text. */
  readonly offset: number
  readonly text: string
}

/**
 * The first thing that cannot become a value: an alias that no anchor stands before (a password that begins with `*` and
 * has no quotes is one), and a key that is no text and nothing that becomes one: a list, a mapping, nothing at all. Asked
 * before the parser makes values, which turns such a key into a text and writes that to the log by itself. Pure.
 */
export function findUnfit(document: Document): Found | undefined {
  const anchors = new Map<string, unknown>()
  const visit = (node: unknown): Found | undefined => {
    if (isAlias(node)) {
      const text = explainYaml({ code: 'BAD_ALIAS', message: '' })
      return anchors.has(node.source) ? undefined : { offset: node.range?.[0] ?? 0, text }
    }
    if (hasAnchor(node)) anchors.set(node.anchor, node)
    if (isSeq(node)) return firstOf(node.items, visit)
    if (!isMap(node)) return undefined
    return firstOf(node.items, ({ key, value }) => visitKey(key, node) ?? visit(value))
  }
  const visitKey = (key: unknown, map: YAMLMap): Found | undefined => {
    const lost = visit(isAlias(key) ? key : undefined)
    if (lost !== undefined) return lost
    const meant = isAlias(key) ? anchors.get(key.source) : key
    const offset = (isNode(key) ? key.range?.[0] : undefined) ?? map.range?.[0] ?? 0
    if (isMap(meant) || isSeq(meant))
      return { offset, text: 'a key is a list or a mapping; it has to be a text' }
    if (!isScalar(meant) || meant.value === null || meant.value === undefined)
      return { offset, text: 'a key is null or empty; it has to be a text' }
    return visit(key)
  }
  return visit(document.contents)
}

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Where keys are that the same mapping has already. The parser's own check compares each key with each other: 200,000
 * keys would take it minutes. Pure.
 *
 * @returns offsets in the text
 */
export function findDuplicateKeys(document: Document): readonly number[] {
  const offsets: number[] = []
  const visit = (node: unknown): void => {
    if (isMap(node)) {
      offsets.push(...duplicateKeys(node))
      for (const pair of node.items) visit(pair.value)
    } else if (isSeq(node)) node.items.forEach(visit)
  }
  visit(document.contents)
  return offsets
}

/** A mapping may merge several others, each with its own `<<`. */
function duplicateKeys(map: YAMLMap): readonly number[] {
  const seen = new Set<unknown>()
  return map.items.flatMap(({ key }) => {
    const value: unknown = isScalar(key) ? key.value : key
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    return value === '<<' || !isNode(key) ? [] : [key.range?.[0] ?? 0]
  })
}

function hasAnchor(node: unknown): node is { readonly anchor: string } {
  return typeof node === 'object' && node !== null && 'anchor' in node && typeof node.anchor === 'string'
}
