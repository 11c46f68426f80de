import { type Document, isAlias, isCollection, isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { explainYaml } from '../../text/index.ts'
import { describeAllowed } from '../describe-allowed.ts'
import { type ConfigFile, configFile } from '../schema/config-file.ts'
import { checkNodes } from './check-nodes.ts'
import { checkSize, limits } from './check-size.ts'
import { explainIssue } from './explain-issue.ts'
import type { Problem, ValuePath } from './problem.ts'

export type ParsedConfigText =
  | {
      readonly valid: true
      readonly values: ConfigFile
      /** The line of a key or entry, from 1; that of the nearest one above when the file does not have it. */
      lineOf(path: ValuePath): number
    }
  | { readonly valid: false; readonly problems: readonly Problem[] }

/** Turns the text of a configuration file into values, or into everything that is wrong with it. Never throws. */
export function parseConfigText(text: string): ParsedConfigText {
  if (Buffer.byteLength(text) > limits.bytes)
    return invalid({ line: 1, text: 'the file is larger than 1 MiB' })
  const tooLarge = checkSize(text)
  if (tooLarge !== undefined) return invalid(tooLarge)
  try {
    return parseChecked(text)
  } catch (thrown) {
    // A parser that gives up must not take the run's error message with it.
    return invalid({
      line: 1,
      text: `this is no YAML that can be read (${thrown instanceof Error ? thrown.name : 'error'})`,
    })
  }
}

function parseChecked(text: string): ParsedConfigText {
  const lineCounter = new LineCounter()
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line)
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    prettyErrors: false,
    // Its warnings are problems below, and nothing but our own writer writes to the log.
    logLevel: 'error',
    lineCounter,
  })
  // Warnings are tags that the core schema does not have.
  const syntax = [...document.errors, ...document.warnings].map((each) => ({
    line: lineAt(each.pos[0]),
    text: explainYaml(each),
  }))
  if (document.directives.yaml.version !== '1.2')
    syntax.push({ line: 1, text: 'YAML is read as version 1.2 only' })
  const problems = [...syntax, ...checkNodes(document, lineAt)]
  if (problems.length > 0) return { valid: false, problems: sort(problems) }

  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {}
  const lineOf = (path: ValuePath): number => lineAt(offsetOf(document, path))
  const parsed = configFile.safeParse(value, { error: describeAllowed })
  if (parsed.success) return { valid: true, values: parsed.data, lineOf }
  const explained = parsed.error.issues.flatMap((issue) => explainIssue(issue, value))
  return {
    valid: false,
    problems: sort(explained.map(({ path, text: what }) => ({ line: lineOf(path), text: what }))),
  }
}

/** Offset of the key or entry that a path leads to, or of the last one on the way that is there. */
function offsetOf(document: Document, path: ValuePath): number {
  let node: unknown = document.contents
  let offset = 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (!isCollection(node)) break
    const pair = isMap(node)
      ? node.items.find((each) => isNode(each.key) && String(each.key) === String(part))
      : undefined
    const next: unknown = pair === undefined ? node.get(part, true) : pair.key
    if (!isNode(next)) break
    offset = next.range?.[0] ?? offset
    node = pair === undefined ? next : pair.value
  }
  return offset
}

function invalid(problem: Problem): ParsedConfigText {
  return { valid: false, problems: [problem] }
}

function sort(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line)
}
