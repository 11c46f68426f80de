/** The caches of a branch, as any job's runtime token may write them, and what is asked for by whom. */
export class Caches {
  readonly #entries = new Map<string, { finished: boolean }>()

  /** The answer of a call: a status and a body. */
  answer(
    method: string,
    { key = '', version = '' }: Readonly<Record<string, string>>,
    blobs: string,
  ): readonly [number, object] {
    const name = `${key} ${version}`
    const entry = this.#entries.get(name)
    switch (method) {
      case 'CreateCacheEntry':
        if (entry !== undefined) return [409, { code: 'already_exists' }]
        this.#entries.set(name, { finished: false })
        return [200, { ok: true, signed_upload_url: `${blobs}/cache/${encodeURIComponent(name)}?sig=up` }]
      case 'FinalizeCacheEntryUpload':
        if (entry === undefined) return [404, { code: 'not_found' }]
        entry.finished = true
        return [200, { ok: true, entry_id: '1' }]
      case 'GetCacheEntryDownloadURL':
        return entry?.finished === true
          ? [200, { ok: true, signed_download_url: `${blobs}/cache/${encodeURIComponent(name)}?sig=down` }]
          : [200, { ok: false }]
      default:
        return [404, { code: 'bad_route' }]
    }
  }
}
