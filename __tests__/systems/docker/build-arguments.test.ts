import { describe, expect, test } from 'vitest'
import { buildArguments } from '../../../src/systems/docker/build-arguments.ts'
import type { ImageSettingsForBuild } from '../../../src/systems/docker/image-settings.ts'

const image: ImageSettingsForBuild = {
  context: '/checkout',
  file: '/checkout/Dockerfile',
  target: undefined,
  buildArgs: {},
  platforms: [],
  labels: {},
}

describe('the arguments of a build', () => {
  test('name file, context, layout and metadata, and ask for no attestation', () => {
    expect(buildArguments(image, '/tmp/layout', '/tmp/metadata.json')).toEqual([
      'buildx',
      'build',
      '--progress',
      'plain',
      '--provenance=false',
      '--sbom=false',
      '--output',
      'type=oci,dest=/tmp/layout,tar=false',
      '--metadata-file',
      '/tmp/metadata.json',
      '--file',
      '/checkout/Dockerfile',
      '--',
      '/checkout',
    ])
  })

  test('carry target, platforms, build arguments and labels as they are', () => {
    const args = buildArguments(
      {
        ...image,
        target: 'release',
        platforms: ['linux/amd64', 'linux/arm64'],
        buildArgs: { VERSION: '1.1.0', ODD: '$(touch x) "y" = z' },
        labels: { 'org.opencontainers.image.revision': 'abc' },
      },
      '/l',
      '/m',
    )
    expect(args.slice(args.indexOf('--target'))).toEqual([
      '--target',
      'release',
      '--platform',
      'linux/amd64,linux/arm64',
      '--build-arg',
      'VERSION=1.1.0',
      '--build-arg',
      'ODD=$(touch x) "y" = z',
      '--label',
      'org.opencontainers.image.revision=abc',
      '--',
      '/checkout',
    ])
  })

  test('fix the time of what is built to that of the commit, unless the configuration names another', () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const args = buildArguments(image, '/l', '/m', at)
    expect(args).toContain('SOURCE_DATE_EPOCH=1767323045')
    expect(args).toContain('type=oci,dest=/l,tar=false,rewrite-timestamp=true')
    const other = buildArguments({ ...image, buildArgs: { SOURCE_DATE_EPOCH: '0' } }, '/l', '/m', at)
    expect(other.filter((each) => each.startsWith('SOURCE_DATE_EPOCH'))).toEqual(['SOURCE_DATE_EPOCH=0'])
  })

  test('quote a folder whose name would read as another field', () => {
    expect(buildArguments(image, '/a,type=registry,b"c', '/m')).toContain(
      'type=oci,"dest=/a,type=registry,b""c",tar=false',
    )
  })
})
