import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

interface Node {
  readonly type: string
  readonly value?: string
  readonly depth?: number
  readonly lang?: string | null
  readonly children?: readonly Node[]
}

export function parseMarkdown(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node
}

/** The shape of a document without its words: what text from outside may never change. */
export function skeletonOf(markdown: string): string {
  return shape(parseMarkdown(markdown))
}

/** Everything that a reader sees. */
export function textOf(node: Node): string {
  return (node.value ?? '') + (node.children ?? []).map(textOf).join('')
}

function shape({ type, depth, lang, value, children }: Node): string {
  const name = [type, depth, lang].filter((part) => part !== undefined && part !== null).join(':')
  if (type === 'html') return `html(${value})`
  if (children === undefined) return name
  const inner = children.map(shape).join(' ')
  // A code span that a table cell could not hold is written as HTML; readers see the same.
  return `${name}(${inner.replaceAll(/html\(<code>\)( text)? html\(<\/code>\)/g, 'inlineCode').replaceAll(/text( text)+/g, 'text')})`
}
