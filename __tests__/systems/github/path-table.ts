/** A route found for a path, with the values of the template's parameters, percent-decoded. */
export interface PathMatch<Value> {
  readonly value: Value
  readonly parameters: Readonly<Record<string, string>>
}

interface Node<Value> {
  readonly literals: Map<string, Node<Value>>
  readonly parameters: { readonly name: string; readonly multiple: boolean; readonly node: Node<Value> }[]
  readonly values: Map<string, Value>
}

/**
 * A table of path templates (`/repos/{owner}/{repo}/commits/{ref}/status`). A literal segment wins over a parameter,
 * and a parameter that may hold several segments is tried last and as short as possible, so that the template above
 * wins over `/repos/{owner}/{repo}/commits/{ref}`.
 */
export class PathTable<Value> {
  readonly #root: Node<Value> = createNode()

  /** Adds a template; `multiple` names its parameters whose value may contain slashes. */
  add(method: string, template: string, multiple: readonly string[], value: Value): void {
    let node = this.#root
    for (const segment of segmentsOf(template)) {
      node = segment.startsWith('{')
        ? childFor(node, segment.slice(1, -1), multiple)
        : literalFor(node, segment)
    }
    node.values.set(method, value)
  }

  /** Finds the template for a path without its query; undefined when there is none, or none for the method. */
  match(method: string, path: string): PathMatch<Value> | undefined {
    return search(this.#root, segmentsOf(path), method)
  }
}

function createNode<Value>(): Node<Value> {
  return { literals: new Map(), parameters: [], values: new Map() }
}

function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

function literalFor<Value>(node: Node<Value>, segment: string): Node<Value> {
  const found = node.literals.get(segment) ?? createNode<Value>()
  node.literals.set(segment, found)
  return found
}

function childFor<Value>(node: Node<Value>, name: string, multiple: readonly string[]): Node<Value> {
  const found = node.parameters.find((parameter) => parameter.name === name)
  if (found !== undefined) return found.node
  const child = { name, multiple: multiple.includes(name), node: createNode<Value>() }
  node.parameters.push(child)
  return child.node
}

function search<Value>(node: Node<Value>, segments: string[], method: string): PathMatch<Value> | undefined {
  const [first, ...rest] = segments
  if (first === undefined) {
    const value = node.values.get(method)
    return value === undefined ? undefined : { value, parameters: {} }
  }
  const literal = node.literals.get(first)
  const found = literal && search(literal, rest, method)
  if (found !== undefined) return found
  for (const { name, multiple, node: child } of node.parameters) {
    for (let count = 1; count <= (multiple ? segments.length : 1); count += 1) {
      const below = search(child, segments.slice(count), method)
      const text = decode(segments.slice(0, count).join('/'))
      // Only a parameter that holds a path may be empty: `/contents/` is the root folder.
      if (below === undefined || text === undefined || (text === '' && !multiple)) continue
      return { value: below.value, parameters: { [name]: text, ...below.parameters } }
    }
  }
  return undefined
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
