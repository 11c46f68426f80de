import type { Repository } from './repository.ts'

/** Builds the addresses that answers contain. Those of the API lead back here; those for people lead to GitHub. */
export class Links {
  readonly #api: string
  readonly #request: URL

  /** @param api this server's address; @param request the address of the request that is being answered */
  constructor(api: string, request: URL) {
    this.#api = api
    this.#request = request
  }

  /** The request itself, without its query. */
  get self(): string {
    return this.#request.origin + this.#request.pathname
  }

  api(path: string): string {
    return this.#api + path
  }

  /** An address below `/repos/<owner>/<name>`. */
  repository(repository: Repository, path = ''): string {
    return `${this.#api}/repos/${repository.owner}/${repository.name}${path}`
  }

  html(repository: Repository, path = ''): string {
    return `https://github.com/${repository.owner}/${repository.name}${path}`
  }

  /** The same request for another page. */
  page(page: number): string {
    const url = new URL(this.#request)
    url.searchParams.set('page', String(page))
    return url.href
  }
}

/** A GraphQL id: opaque to clients, and different for every kind and id. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url')
}
