import type { Config } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import { DOCUMENT_NAME, type HandedOver, MAX_DOCUMENT_BYTES } from '../../handover/document.ts'
import { isLayoutName, mergeImages, type PlatformImage } from '../../handover/image-archive.ts'
import type { FetchDocument } from '../../handover/collect-results.ts'
import { parseDocument } from '../../handover/parse-document.ts'
import type { Artifacts } from '../../systems/artifacts/artifacts.ts'
import type { BuiltImage } from '../../systems/docker/docker.ts'
import type { Files } from '../../systems/runner/files.ts'
import { cut } from '../../text/index.ts'

/** An image for one platform, uncompressed layers included, may have so many bytes: what one archive can hold. */
const MAX_IMAGE_BYTES = 0xffff_ffff

interface Receiver {
  readonly config: Config
  readonly files: Files
  readonly artifacts: Artifacts
  readonly signal: AbortSignal
}

/** Fetches and checks the results of other jobs. */
export function createFetchDocument({ config, files, artifacts, signal }: Receiver): FetchDocument {
  return async (reference, job) => {
    const folder = await files.makeFolder('result')
    try {
      const options = {
        folder,
        maxBytes: MAX_DOCUMENT_BYTES,
        allows: (name: string) => name === DOCUMENT_NAME,
        signal,
      }
      const [file] = (await artifacts.download(reference, options)).files
      if (file === undefined) {
        throw new StagegateError('E_ARTIFACT_INVALID', {
          message: `The artifact ${reference.name} is empty.`,
        })
      }
      const { service, trigger, digest } = config
      return parseDocument(await Array.fromAsync(file.open()).then((chunks) => Buffer.concat(chunks)), {
        job,
        service,
        commit: trigger.commit,
        config: digest,
      })
    } finally {
      await files.remove(folder)
    }
  }
}

/**
 * The images that the jobs `image-build` handed over, one for each platform, as one layout.
 *
 * @throws StagegateError E_ARTIFACT_*, E_HANDOVER_*, E_IMAGE_LAYOUT
 */
export async function receiveImage(
  documents: readonly HandedOver[],
  { files, artifacts, signal }: Receiver,
): Promise<BuiltImage> {
  const folder = await files.makeFolder('handed-over')
  const images = await Promise.all(
    documents
      .filter((document) => document.job === 'image-build')
      .map(async ({ part, image }): Promise<PlatformImage> => {
        if (image === undefined) {
          throw new StagegateError('E_HANDOVER_MISSING', {
            message: `The job image-build (${part}) handed no image over.`,
          })
        }
        const options = { folder, maxBytes: MAX_IMAGE_BYTES, allows: isLayoutName, signal }
        const { files: content } = await artifacts.download(image.artifact, options)
        return { platform: part, digest: image.digest, files: content }
      }),
  )
  if (images.length === 0) {
    throw new StagegateError('E_HANDOVER_MISSING', { message: 'No job handed an image over.' })
  }
  const layout = await files.makeFolder('layout')
  const digest = await mergeImages(images, layout)
  return { layout, digest }
}

/** The image that another job of this run has pushed, from its outputs. */
export function parsePushed(
  outputs: Readonly<Record<string, string>>,
  repository: string,
): { readonly repository: string; readonly digest: string; readonly tags: readonly string[] } {
  const [name, digest] = (outputs.image ?? '').split('@')
  if (name !== repository || digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new StagegateError('E_HANDOVER_INVALID', {
      message: `The job image-push handed ${JSON.stringify(cut(outputs.image ?? '', 300))} over, which is no image of ${repository}.`,
      state: 'Nothing was deployed.',
    })
  }
  return { repository, digest, tags: (outputs['image-tags'] ?? '').split('\n').filter((tag) => tag !== '') }
}
