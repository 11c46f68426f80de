import { StagegateError } from '../../errors/index.ts'
import { sha256 } from './layout.ts'
import type { ReadManifest } from './read-manifest.ts'
import type { RegistryClient } from './registry-client.ts'
import { refusal } from './registry-error.ts'
import type { RepositoryName } from './repository-name.ts'

/** An image's configuration is small; one with a long history has some 100 kB. Bytes. */
const MAX_CONFIG_BYTES = 4 << 20

/**
 * The labels of an image, of its first platform where it has several. Empty where it is not there or has none; what is
 * read is checked against its digest.
 *
 * @throws StagegateError E_REGISTRY_*, E_DIGEST_MISMATCH
 */
export type ReadLabels = (
  repository: RepositoryName,
  digest: string,
  signal: AbortSignal,
) => Promise<Readonly<Record<string, string>>>

export function createReadLabels(client: RegistryClient, readManifest: ReadManifest): ReadLabels {
  return async (repository, digest, signal) => {
    const top = (await readManifest(repository, digest, signal))?.manifest
    const first = top?.kind === 'index' ? top.manifests.find((each) => each.isPlatform) : undefined
    const manifest =
      first === undefined ? top : (await readManifest(repository, first.digest, signal))?.manifest
    const config = manifest?.kind === 'image' ? manifest.blobs[0]?.digest : undefined
    return config === undefined ? {} : readConfig(repository, config, signal)
  }

  async function readConfig(
    repository: RepositoryName,
    digest: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    const answer = await client.send(repository, 'pull', {
      method: 'GET',
      path: `blobs/${digest}`,
      maxBytes: MAX_CONFIG_BYTES,
      // Many registries keep blobs elsewhere; the login does not go there.
      followRedirects: true,
      signal,
    })
    if (answer.status === 404) return {}
    if (answer.status !== 200) throw refusal(answer, repository, `read ${digest}`)
    if (sha256(answer.body) !== digest) {
      throw new StagegateError('E_DIGEST_MISMATCH', {
        message: `${repository.registry} serves other content as ${digest} of ${repository.path}.`,
      })
    }
    return parseLabels(answer.text())
  }
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  try {
    const config = JSON.parse(text) as { config?: { Labels?: unknown } | null } | null
    const entries = Object.entries(config?.config?.Labels ?? {})
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    return {}
  }
}
