import type { Answer, Call } from './route.ts'

/** The part of a list that the call asked for, and the `Link` header that leads to the rest. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly headers: Readonly<Record<string, string>>
}

/** Cuts the page out of a complete list. */
export function paginate<Item>(call: Call, all: readonly Item[]): Page<Item> {
  const start = (call.page - 1) * call.perPage
  return { items: all.slice(start, start + call.perPage), headers: linkHeader(call, all.length) }
}

/** A page of a list that is answered as a bare array. */
export async function answerList<Item>(
  call: Call,
  all: readonly Item[],
  render: (item: Item) => unknown,
): Promise<Answer> {
  const { items, headers } = paginate(call, all)
  return { status: 200, body: await Promise.all(items.map(render)), headers }
}

/** A page of a list that is answered as `{ total_count, <name>: [...] }`. */
export async function answerCounted<Item>(
  call: Call,
  name: string,
  all: readonly Item[],
  render: (item: Item) => unknown,
): Promise<Answer> {
  const { items, headers } = paginate(call, all)
  return {
    status: 200,
    body: { total_count: all.length, [name]: await Promise.all(items.map(render)) },
    headers,
  }
}

/** GitHub's `Link` header: `prev` and `first` after the first page, `next` and `last` before the last. */
export function linkHeader(call: Call, total: number): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / call.perPage))
  const links: string[] = []
  const add = (relation: string, page: number): void => {
    links.push(`<${call.links.page(page)}>; rel="${relation}"`)
  }
  if (call.page > 1) add('prev', Math.min(call.page - 1, last))
  if (call.page < last) {
    add('next', call.page + 1)
    add('last', last)
  }
  if (call.page > 1) add('first', 1)
  return links.length === 0 ? {} : { link: links.join(', ') }
}
