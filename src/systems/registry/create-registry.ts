import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { startUpload } from './push-blob.ts'
import { createPush } from './push-image.ts'
import { REVISION_LABEL } from './put-manifest.ts'
import { createReadLabels } from './read-labels.ts'
import { createReadManifest } from './read-manifest.ts'
import { createRegistryClient, type RegistryClientOptions } from './registry-client.ts'
import type { Registry } from './registry.ts'
import { parseRepository } from './repository-name.ts'

/** A registry by the OCI distribution specification 1.1, with a token or with a Basic login. */
export function createRegistry(options: RegistryClientOptions & { readonly clock: Clock }): Registry {
  const client = createRegistryClient(options)
  const readManifest = createReadManifest(client)
  const readLabels = createReadLabels(client, readManifest)

  return {
    async checkPush(repository, signal) {
      const name = parseRepository(repository)
      try {
        const path = await startUpload(client, name, signal)
        // Not every registry can cancel; the session then expires by itself.
        await client.send(name, 'pull,push', { method: 'DELETE', path, signal })
      } catch (thrown) {
        throw thrown instanceof StagegateError
          ? thrown.with({ state: 'Nothing was built or pushed.' })
          : thrown
      }
    },
    async digestOf(repository, reference, signal) {
      return (await readManifest(parseRepository(repository), reference, signal))?.digest
    },
    push: createPush({ client, clock: options.clock, readManifest, readLabels }),
    async revisionOf(repository, digest, signal) {
      return (await readLabels(parseRepository(repository), digest, signal))[REVISION_LABEL]
    },
    async platformDigests(repository, digest, signal) {
      const found = await readManifest(parseRepository(repository), digest, signal)
      if (found === undefined) {
        throw new StagegateError('E_REGISTRY_NOT_VISIBLE', {
          message: `${repository}@${digest} is not in the registry.`,
        })
      }
      const { manifest } = found
      const platforms = manifest.kind === 'index' ? manifest.manifests.filter((each) => each.isPlatform) : []
      return [digest, ...platforms.map((each) => each.digest)]
    },
  }
}
