import { createHash } from 'node:crypto'
import { StagegateError } from '../../errors/index.ts'
import { HttpFailure } from '../http/http-failure.ts'
import type { Http } from '../http/http.ts'

/** Bytes of one block: a block is kept in memory, and sent again when its answer is lost. */
const BLOCK_BYTES = 32 << 20

const policy = { attempts: 5, attemptMs: 120_000, totalMs: 600_000, firstDelayMs: 1000, maxDelayMs: 10_000 }

/**
 * Sends bytes to a signed URL of a blob store, in blocks one after another, and lists the blocks at the end: Put Block and
 * Put Block List of https://learn.microsoft.com/rest/api/storageservices/put-block
 *
 * @returns the digest of what was sent
 * @throws StagegateError E_ARTIFACT_UNAVAILABLE
 */
export async function uploadBlob(
  http: Http,
  uploadUrl: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  const ids: string[] = []
  let bytes = 0
  for await (const block of inBlocks(content)) {
    hash.update(block)
    bytes += block.length
    const id = Buffer.from(String(ids.length).padStart(8, '0')).toString('base64')
    ids.push(id)
    await put({ comp: 'block', blockid: id }, block)
  }
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join('')
  await put({ comp: 'blocklist' }, `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`)
  return { digest: `sha256:${hash.digest('hex')}`, bytes }

  async function put(query: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<void> {
    const url = new URL(uploadUrl)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = {
      'content-type': 'application/octet-stream',
      'x-ms-blob-content-type': 'application/zip',
    }
    try {
      const answer = await http.send({
        system: 'artifacts',
        method: 'PUT',
        url: url.href,
        headers,
        body,
        policy,
        signal,
      })
      if (answer.status === 201) return
      throw new StagegateError('E_ARTIFACT_UNAVAILABLE', {
        message: `The artifact store answered ${answer.describe()} to an upload.`,
      })
    } catch (thrown) {
      if (!(thrown instanceof HttpFailure)) throw thrown
      throw new StagegateError('E_ARTIFACT_UNAVAILABLE', { message: `${thrown.message}.`, cause: thrown })
    }
  }
}

async function* inBlocks(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes < BLOCK_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(parts)
}
