import { StagegateError } from '../../errors/index.ts'
import type { HttpAnswer } from '../http/http.ts'
import type { LayoutManifest } from './layout.ts'
import type { ReadLabels } from './read-labels.ts'
import type { ReadManifest } from './read-manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import { refusal } from './registry-error.ts'
import type { Tag, TagState } from './registry.ts'
import type { RepositoryName } from './repository-name.ts'
import type { Stored } from './stored.ts'

export interface ManifestPush {
  readonly client: RegistryClient
  readonly readManifest: ReadManifest
  readonly readLabels: ReadLabels
  readonly repository: RepositoryName
  readonly stored: Stored
  readonly signal: AbortSignal
}

/** Where the image-spec keeps the commit that an image was built from. */
export const REVISION_LABEL = 'org.opencontainers.image.revision'

/** Stores a manifest under its own digest. @throws StagegateError E_REGISTRY_*, E_DIGEST_MISMATCH */
export async function putManifest(push: ManifestPush, manifest: LayoutManifest): Promise<void> {
  const answer = await put(push, manifest, manifest.digest)
  if (!isStored(answer)) throw refusal(answer, push.repository, `store ${manifest.digest}`)
}

/**
 * Makes a tag name a manifest that is in the repository. One that names it already is not written again; one with the
 * commit in it stays with what it names. A tag that the registry does not let us move stays too when it names an image of
 * the same commit, so that a commit can be run again wherever every tag is immutable.
 *
 * @param revision the commit that the image is of
 * @throws StagegateError E_TAG_IMMUTABLE for a tag of another commit's image, E_REGISTRY_*, E_DIGEST_MISMATCH
 */
export async function putTag(
  push: ManifestPush,
  manifest: LayoutManifest,
  { name, moves }: Tag,
  revision: string,
): Promise<TagState> {
  const { repository, readManifest, readLabels, stored, signal } = push
  const { digest } = manifest
  const before = await readManifest(repository, name, signal)
  if (before?.digest === digest) return isThere()
  if (before !== undefined && !moves) return { name, digest: before.digest, change: 'kept' }
  const answer = await put(push, manifest, name)
  if (isStored(answer)) return { name, digest, change: 'written' }
  // Registries refuse with many statuses to move a tag: 400 (ECR), 403 (GitLab, zot), 409, 412 (Harbor).
  const now = isRefusal(answer) ? await readManifest(repository, name, signal) : undefined
  if (now === undefined) throw refusal(answer, repository, `store ${name}`)
  if (now.digest === digest) return isThere()
  if (!moves) return { name, digest: now.digest, change: 'kept' }
  const labels = await readLabels(repository, now.digest, signal)
  if (labels[REVISION_LABEL] === revision) return { name, digest: now.digest, change: 'kept' }
  throw refusal(answer, repository, `move ${name} from ${now.digest} to ${digest}`, 'E_TAG_IMMUTABLE')

  function isThere(): TagState {
    stored.reference(name)
    return { name, digest, change: 'unchanged' }
  }
}

async function put(
  { client, repository, stored, signal }: ManifestPush,
  { manifest, bytes, digest }: LayoutManifest,
  reference: string,
): Promise<HttpAnswer> {
  stored.sending(reference)
  const answer = await client.send(repository, 'pull,push', {
    method: 'PUT',
    path: `manifests/${reference}`,
    headers: { 'content-type': manifest.mediaType },
    body: bytes,
    signal,
  })
  if (answer.status < 500 && !isStored(answer)) stored.refused()
  if (!isStored(answer)) return answer
  stored.reference(reference)
  const said = answer.headers.get('docker-content-digest')
  if (said !== undefined && said !== digest) {
    const name = `${repository.registry}/${repository.path}`
    throw new StagegateError('E_DIGEST_MISMATCH', {
      message: `The registry stored ${reference} of ${name} as ${said}; sent was ${digest}.`,
    })
  }
  return answer
}

function isStored({ status }: HttpAnswer): boolean {
  return status === 201 || status === 200
}

/** Not a login that has run out, a limit of rate, or a server in trouble: those say nothing of the tag. */
function isRefusal({ status }: HttpAnswer): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429
}
