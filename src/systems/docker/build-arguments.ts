import type { ImageSettingsForBuild } from './image-settings.ts'

/**
 * The arguments of `docker buildx build`. No attestation is asked for: a provenance holds the time of its build, and the
 * same commit would have another digest each time. Pure.
 *
 * @param layout absolute folder for the OCI layout
 * @param metadata absolute path for BuildKit's description of the result
 * @param sourceDate see https://reproducible-builds.org/specs/source-date-epoch/
 */
export function buildArguments(
  image: ImageSettingsForBuild,
  layout: string,
  metadata: string,
  sourceDate?: Date,
): readonly string[] {
  const epoch = sourceDate === undefined ? undefined : Math.floor(sourceDate.getTime() / 1000)
  const output = [
    'type=oci',
    `dest=${layout}`,
    'tar=false',
    ...(epoch === undefined ? [] : ['rewrite-timestamp=true']),
  ]
  const buildArgs = {
    ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(epoch) }),
    ...image.buildArgs,
  }
  const pairs = (option: string, values: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`])
  return [
    'buildx',
    'build',
    '--progress',
    'plain',
    '--provenance=false',
    '--sbom=false',
    '--output',
    output.map(csvField).join(','),
    '--metadata-file',
    metadata,
    '--file',
    image.file,
    ...(image.target === undefined ? [] : ['--target', image.target]),
    ...(image.platforms.length === 0 ? [] : ['--platform', image.platforms.join(',')]),
    ...pairs('--build-arg', buildArgs),
    ...pairs('--label', image.labels),
    '--',
    image.context,
  ]
}

/** RFC 4180: buildx reads the value of `--output` as a line of comma-separated values. */
function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
