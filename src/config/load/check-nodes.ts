import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml'
import type { Problem } from './problem.ts'

const DEEPEST = 32
const MOST = 20_000

/**
 * Control characters but tab and line ends, which would reach terminals, and a NUL ends an argument; and those that turn
 * the direction of writing, so that a text reads otherwise than it runs (CVE-2021-42574).
 */
const DECEPTIVE = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/u

/**
 * What the text of a document may hold though no schema could use it: keys that are no texts or that reach into
 * prototypes, control characters, aliases that lead to themselves or multiply (threats T14, T32).
 */
export function checkNodes(document: Document, lineAt: (offset: number) => number): readonly Problem[] {
  const problems: Problem[] = []
  let visited = 0
  let line = 1
  const say = (text: string): false => {
    problems.push({ line, text })
    return false
  }

  /** False when the rest need not be looked at. */
  const visit = (node: unknown, above: readonly unknown[]): boolean => {
    visited += 1
    if (hasRange(node)) line = lineAt(node.range[0])
    if (visited > MOST) return say('the file has too many keys and values')
    if (above.length > DEEPEST) return say('the values are nested too deeply')
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target === undefined) return true // the parser says so
      return above.includes(target) ? say(`the alias *${node.source} leads to itself`) : visit(target, above)
    }
    if (isScalar(node)) checkScalar(node.value)
    else if (isSeq(node)) return node.items.every((item) => visit(item, [...above, node]))
    else if (isMap(node)) return node.items.every((pair) => visit(pair, [...above, node]))
    else if (isPair(node)) {
      checkKey(node.key)
      return visit(node.value, above)
    }
    return true
  }
  const checkKey = (key: unknown): void => {
    if (hasRange(key)) line = lineAt(key.range[0])
    if (!isScalar(key) || typeof key.value !== 'string') say('a key that is no text')
    else if (key.value === '__proto__') say('the key __proto__ is not allowed')
    else checkScalar(key.value)
  }
  const checkScalar = (value: unknown): void => {
    if (typeof value === 'string' && (DECEPTIVE.test(value) || !value.isWellFormed())) {
      say('a text with control characters')
    }
  }

  visit(document.contents, [])
  return problems
}

function hasRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}
