import { randomUUID } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { notFound, Refusal } from '../refusal.ts'
import type { SarifUpload } from '../repository.ts'
import { type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'

interface UploadSarif {
  readonly commit_sha: string
  readonly ref: string
  readonly sarif: string
}

/** GitHub takes at most 10 MB of compressed SARIF. */
const compressedLimit = 10 * 1000 * 1000

export const codeScanningRoutes: RepositoryRoutes = {
  'code-scanning/upload-sarif': async (call) => {
    assertEnabled(call)
    const body = call.body as unknown as UploadSarif
    const compressed = Buffer.from(body.sarif, 'base64')
    if (compressed.length > compressedLimit) throw new Refusal(413, 'The SARIF file is too large')
    if (!(await call.git.hasCommit(body.commit_sha))) {
      throw new Refusal(404, `commit not found: ${body.commit_sha}`)
    }
    const { sarif, errors } = decode(compressed)
    const upload: SarifUpload = {
      id: randomUUID(),
      commitSha: body.commit_sha,
      ref: body.ref,
      sarif,
      errors,
      pendingReads: 1,
    }
    call.repository.sarifs.push(upload)
    const url = call.links.repository(call.repository, `/code-scanning/sarifs/${upload.id}`)
    return { status: 202, body: { id: upload.id, url } }
  },

  'code-scanning/get-sarif': (call) => {
    assertEnabled(call)
    const upload = call.repository.sarifs.find(({ id }) => id === textOf(call, 'sarif_id'))
    if (upload === undefined) throw notFound()
    if (upload.pendingReads > 0) {
      upload.pendingReads -= 1
      return { status: 200, body: { processing_status: 'pending' } }
    }
    if (upload.errors.length > 0) {
      return { status: 200, body: { processing_status: 'failed', errors: upload.errors, analyses_url: null } }
    }
    const analyses = call.links.repository(call.repository, `/code-scanning/analyses?sarif_id=${upload.id}`)
    return { status: 200, body: { processing_status: 'complete', analyses_url: analyses, errors: null } }
  },
}

function assertEnabled(call: RepositoryCall): void {
  if (call.repository.codeScanning) return
  const message = 'Code Security must be enabled for this repository to use code scanning.'
  throw new Refusal(403, message)
}

/** Unpacks an upload and looks for what GitHub's processing looks for first. */
function decode(compressed: Buffer): { sarif: unknown; errors: string[] } {
  let text: string
  try {
    text = gunzipSync(compressed).toString('utf8')
  } catch {
    return { sarif: null, errors: ['Could not decompress the SARIF file: it is not gzip'] }
  }
  let sarif: unknown
  try {
    sarif = JSON.parse(text)
  } catch {
    return { sarif: null, errors: ['Invalid SARIF. JSON syntax error'] }
  }
  const { version, runs } = sarif as { version?: unknown; runs?: unknown }
  if (version !== '2.1.0')
    return { sarif, errors: ['Invalid SARIF. Unsupported version: only 2.1.0 is supported'] }
  if (!Array.isArray(runs)) return { sarif, errors: ['Invalid SARIF. Missing property: runs'] }
  if (runs.length > 20)
    return { sarif, errors: [`rejecting SARIF, as there are more runs than allowed (${runs.length} > 20)`] }
  return { sarif, errors: [] }
}
