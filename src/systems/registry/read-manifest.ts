import { StagegateError } from '../../errors/index.ts'
import { sha256 } from './layout.ts'
import { type Manifest, MANIFEST_TYPES, MAX_MANIFEST_BYTES, parseManifest } from './manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import { refusal } from './registry-error.ts'
import { isDigest, isReference, type RepositoryName } from './repository-name.ts'

/**
 * Reads a manifest by tag or digest; undefined when the registry has none. Its digest is computed here: what the
 * registry says about it has to agree.
 *
 * @throws StagegateError E_REGISTRY_*, E_DIGEST_MISMATCH, E_IMAGE_NAME
 */
export type ReadManifest = (
  repository: RepositoryName,
  reference: string,
  signal: AbortSignal,
) => Promise<{ readonly digest: string; readonly manifest: Manifest } | undefined>

export function createReadManifest(client: RegistryClient): ReadManifest {
  return async (repository, reference, signal) => {
    if (!isReference(reference)) {
      throw new StagegateError('E_IMAGE_NAME', {
        message: `${JSON.stringify(reference)} is neither a tag nor a digest.`,
      })
    }
    const answer = await client.send(repository, 'pull', {
      method: 'GET',
      path: `manifests/${reference}`,
      headers: { accept: MANIFEST_TYPES.join(', ') },
      maxBytes: MAX_MANIFEST_BYTES,
      signal,
    })
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw refusal(answer, repository, `read ${reference}`)
    const manifest = parseManifest(answer.body)
    if (manifest === undefined) {
      throw new StagegateError('E_REGISTRY_PROTOCOL', {
        message: `${repository.registry} serves something that is no manifest as ${reference} of ${repository.path}.`,
      })
    }
    const digest = sha256(answer.body)
    const claimed = isDigest(reference) ? reference : answer.headers.get('docker-content-digest')
    if (claimed !== undefined && claimed !== digest) {
      throw new StagegateError('E_DIGEST_MISMATCH', {
        message: `${repository.registry} serves content with the digest ${digest} as ${claimed} of ${repository.path}.`,
      })
    }
    return { digest, manifest }
  }
}
