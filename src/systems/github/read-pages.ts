/** A list of GitHub's ends far earlier; an answer that always names a next page must not keep the run for ever. */
const MAX_PAGES = 100

/**
 * The pages of a list, until one names no next. Octokit's own pagination drops the abort signal of a request, and takes
 * an empty body for an empty list.
 */
export async function* readPages<Page extends { readonly headers: { readonly link?: string | undefined } }>(
  read: (page: number) => Promise<Page>,
): AsyncGenerator<Page, void> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await read(page)
    yield answer
    if (!/;\s*rel="?next"?/.test(answer.headers.link ?? '')) return
  }
}
