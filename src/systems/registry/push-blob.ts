import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import type { HttpAnswer } from '../http/http.ts'
import type { ImageLayout } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import { refusal } from './registry-error.ts'
import type { RepositoryName } from './repository-name.ts'

export interface BlobPush {
  readonly client: RegistryClient
  readonly clock: Clock
  readonly repository: RepositoryName
  readonly layout: ImageLayout
  readonly signal: AbortSignal
}

const ATTEMPTS = 5
/** Milliseconds before the second attempt; doubled each time, up to the most. */
const FIRST_WAIT = 1000
const MOST_WAIT = 10_000
/** An upload slower than 10 kB/s is given up; short ones have half a minute. */
const BYTES_PER_MS = 10
const LEAST_UPLOAD_MS = 30_000

/** Upload sessions that are gone, or that a cut attempt left at another offset: a new session is the remedy. */
const RESTARTABLE = new Set([404, 408, 416, 499])

/**
 * Makes sure that a blob is in the repository. Each attempt looks first, and starts a new upload: a session that was
 * cut cannot be sent to again.
 *
 * @returns whether it had to be pushed
 * @throws StagegateError E_REGISTRY_*, E_IMAGE_LAYOUT
 */
export async function pushBlob(push: BlobPush, blob: Descriptor): Promise<boolean> {
  if (await hasBlob(push, blob)) return false
  await push.layout.verify(blob)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await upload(push, blob)
      if (answer.status === 201) return true
      if (!RESTARTABLE.has(answer.status) && answer.status < 500) {
        throw refusal(answer, push.repository, `store the blob ${blob.digest}`)
      }
      if (attempt === ATTEMPTS) throw refusal(answer, push.repository, `store the blob ${blob.digest}`)
    } catch (thrown) {
      const away = thrown instanceof StagegateError && thrown.code === 'E_REGISTRY_UNAVAILABLE'
      if (!away || attempt === ATTEMPTS) throw thrown
    }
    const most = Math.min(MOST_WAIT, FIRST_WAIT * 2 ** (attempt - 1))
    await push.clock.sleep(most * push.clock.random(), push.signal)
    if (await hasBlob(push, blob)) return true
  }
}

/** Starts an upload and returns where it goes on. */
export async function startUpload(
  client: RegistryClient,
  repository: RepositoryName,
  signal: AbortSignal,
): Promise<string> {
  // A session that is never used expires by itself, so that a second one does no harm.
  const request = { method: 'POST', path: 'blobs/uploads/', body: '', repeatable: true, signal } as const
  const answer = await client.send(repository, 'pull,push', request)
  const location = answer.headers.get('location')
  if (answer.status !== 202) throw refusal(answer, repository, 'start an upload')
  if (location === undefined || !URL.canParse(location, repository.origin)) {
    throw new StagegateError('E_REGISTRY_PROTOCOL', {
      message: `${repository.registry} starts an upload without saying where it goes on.`,
    })
  }
  return new URL(location, repository.origin).href
}

async function hasBlob({ client, repository, signal }: BlobPush, blob: Descriptor): Promise<boolean> {
  const request = { method: 'HEAD', path: `blobs/${blob.digest}`, signal } as const
  const answer = await client.send(repository, 'pull,push', request)
  // A redirect leads to where the content is kept: only what is there has one.
  if (answer.status === 200 || answer.status === 307 || answer.status === 302) return true
  if (answer.status === 404) return false
  throw refusal(answer, repository, `look for the blob ${blob.digest}`)
}

async function upload(push: BlobPush, blob: Descriptor): Promise<HttpAnswer> {
  const { client, repository, layout, signal } = push
  const location = new URL(await startUpload(client, repository, signal))
  location.searchParams.set('digest', blob.digest)
  const limit = LEAST_UPLOAD_MS + blob.size / BYTES_PER_MS
  return client.send(repository, 'pull,push', {
    method: 'PUT',
    path: location.href,
    headers: { 'content-type': 'application/octet-stream' },
    body: { bytes: blob.size, open: () => layout.open(blob) },
    repeatable: false,
    policy: { attemptMs: limit, totalMs: limit },
    signal,
  })
}
