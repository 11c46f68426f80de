import { z } from 'zod'
import { defaults } from '../defaults.ts'
import { IMAGE_REPOSITORY_FORM, IMAGE_TAG_FORM, isImageRepository, isImageTag } from '../image-name.ts'
import { duration, path, switchedOff, texts, matching } from './scalars.ts'
import { oneOf, strict } from './strict.ts'

const TAG_FORM = `${IMAGE_TAG_FORM}; {version}, {sha} and {environment} are filled in`

const tag = z
  .string()
  .refine((text) => isImageTag(text.replaceAll(/\{(?:version|sha|environment)\}/g, 'x')), TAG_FORM)

export const image = oneOf('keys with values, or false', [
  switchedOff,
  strict({
    name: z
      .string()
      .refine((text) => isImageRepository(text.toLowerCase()), IMAGE_REPOSITORY_FORM)
      .optional()
      .meta({ description: 'The repository of the image with its registry.', default: 'ghcr.io/<owner>/<service>' }),
    context: path.optional().meta({ description: 'The build context.', default: defaults.image.context }),
    file: path.optional().meta({ description: 'The Dockerfile.', default: defaults.image.file }),
    target: matching(/^[A-Za-z0-9][\w.-]*$/, 'the name of a stage')
      .optional()
      .describe('The stage of the Dockerfile to build. Without it: the last.'),
    'build-args': texts(/^[A-Za-z_]\w*$/, 'a name of A-Z, a-z, 0-9 and _')
      .optional()
      .describe('Build arguments. Values are texts; {version}, {sha} and {environment} are filled in. Never secrets.'),
    platforms: z
      .array(matching(/^[a-z0-9]+\/[a-z0-9]+(?:\/v[0-9]+)?$/, 'a platform such as linux/amd64'))
      .min(1)
      .max(10)
      .optional()
      .meta({ description: 'The platforms to build for.', default: defaults.image.platforms }),
    tags: z
      .array(tag)
      .min(1)
      .max(20)
      .optional()
      .meta({
        description:
          'Tags; {version}, {sha} and {environment} are filled in. Those with {sha} never move, the others do.',
        default: defaults.image.tags,
      }),
    'commit-tag': z
      .enum(['keep', 'fail'])
      .optional()
      .meta({
        description:
          'When a tag with {sha} exists with another digest: keep leaves it with its first build, and the run goes on with its own image; fail ends the run before anything is pushed.',
        default: defaults.image.commitTag,
      }),
    labels: texts(/^[A-Za-z0-9][\w./-]*$/, 'a name of A-Z, a-z, 0-9, _, ., / and -')
      .optional()
      .describe('Labels beside those of the OCI specification. Values are texts, filled in as in tags.'),
    timeout: duration
      .optional()
      .meta({ description: 'How long building may take, and pushing.', default: defaults.timeouts.image }),
  }),
])

