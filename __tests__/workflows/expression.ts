/** What expressions of a workflow can name: `inputs`, `needs`, `matrix`, … */
export type Contexts = Readonly<Record<string, unknown>>
export type Functions = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>

/**
 * Evaluates an expression of a workflow, as far as ours use the language: contexts, property access, calls, `!`, `==`,
 * `!=`, `&&`, `||`, texts and numbers. Anything else throws.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/expressions
 */
export function evaluate(expression: string, contexts: Contexts, functions: Functions): unknown {
  const tokens = expression.match(/'(?:[^']|'')*'|\d+|[A-Za-z_][\w-]*|==|!=|&&|\|\||[!().,]|\S/g) ?? []
  let at = 0
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false
    at += 1
    return true
  }
  const expect = (token: string): void => {
    if (!take(token)) throw new Error(`${expression}: expected ${token}, found ${tokens[at] ?? 'the end'}`)
  }
  const or = (): unknown => {
    let value = and()
    while (take('||')) {
      const other = and()
      value = isTrue(value) ? value : other
    }
    return value
  }
  const and = (): unknown => {
    let value = compare()
    while (take('&&')) {
      const other = compare()
      value = isTrue(value) ? other : value
    }
    return value
  }
  const compare = (): unknown => {
    const value = not()
    if (take('==')) return same(value, not())
    if (take('!=')) return !same(value, not())
    return value
  }
  const not = (): unknown => (take('!') ? !isTrue(not()) : path())
  const path = (): unknown => {
    let value = primary()
    while (take('.')) {
      const name = tokens[at] ?? ''
      at += 1
      value =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
    }
    return value
  }
  const primary = (): unknown => {
    const token = tokens[at] ?? ''
    at += 1
    if (token === '(') {
      const value = or()
      expect(')')
      return value
    }
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
    if (/^\d+$/.test(token)) return Number(token)
    if (take('(')) return call(token)
    if (token === 'true' || token === 'false') return token === 'true'
    if (!Object.hasOwn(contexts, token)) throw new Error(`${expression}: there is no context ${token}`)
    return contexts[token]
  }
  const call = (name: string): unknown => {
    const values: unknown[] = []
    if (!take(')')) {
      do values.push(or())
      while (take(','))
      expect(')')
    }
    const known = functions[name]
    if (known === undefined) throw new Error(`${expression}: there is no function ${name}`)
    return known(...values)
  }
  const value = or()
  if (at !== tokens.length) throw new Error(`${expression}: ${tokens[at] ?? ''} is too much`)
  return value
}

/** A text with `${{ … }}` in it; one that is nothing else gives the value itself. */
export function interpolate(text: string, contexts: Contexts, functions: Functions): unknown {
  const [, whole] = /^\$\{\{(.*)\}\}$/.exec(text) ?? []
  if (whole !== undefined && !whole.includes('${{')) return evaluate(whole, contexts, functions)
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, inner: string) =>
    toText(evaluate(inner, contexts, functions)),
  )
}

export const commonFunctions: Functions = {
  fromJSON: (text) => JSON.parse(String(text)) as unknown,
  startsWith: (text, start) => toText(text).toLowerCase().startsWith(toText(start).toLowerCase()),
  toJSON: (value) => JSON.stringify(value, null, 2),
  format: (text, ...values) =>
    String(text).replaceAll(/\{(\d+)\}/g, (_, index: string) => toText(values[Number(index)])),
}

export function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== ''
}

export function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Texts are the same in any case; a value that is not there is an empty text. */
function same(one: unknown, other: unknown): boolean {
  return toText(one).toLowerCase() === toText(other).toLowerCase()
}
