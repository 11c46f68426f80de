import { isDigest } from './repository-name.ts'

/** A pointer to content by its digest (image-spec, descriptor). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** For an entry of an index: whether it is an image for a platform, not an attestation about one. */
  readonly isPlatform: boolean
}

export type Manifest =
  | { readonly kind: 'index'; readonly mediaType: string; readonly manifests: readonly Descriptor[] }
  | { readonly kind: 'image'; readonly mediaType: string; readonly blobs: readonly Descriptor[] }

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/** Registries refuse larger ones (distribution specification). Bytes. */
export const MAX_MANIFEST_BYTES = 4 << 20

/** An index or an image manifest, by what is in it; undefined when it is neither. Pure. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  const value = parseObject(bytes)
  if (value === undefined) return undefined
  if (Array.isArray(value.manifests)) {
    const manifests = parseDescriptors(value.manifests)
    const mediaType = typeof value.mediaType === 'string' ? value.mediaType : MANIFEST_TYPES[0]
    return manifests && { kind: 'index', mediaType, manifests }
  }
  if (!Array.isArray(value.layers)) return undefined
  const blobs = parseDescriptors([value.config, ...(value.layers as unknown[])])
  const mediaType = typeof value.mediaType === 'string' ? value.mediaType : MANIFEST_TYPES[1]
  return blobs && { kind: 'image', mediaType, blobs }
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function parseDescriptors(values: readonly unknown[]): readonly Descriptor[] | undefined {
  const descriptors = values.map(parseDescriptor)
  return descriptors.every((each) => each !== undefined) ? descriptors : undefined
}

function parseDescriptor(value: unknown): Descriptor | undefined {
  const { mediaType, digest, size, platform } = (value ?? {}) as Record<string, unknown>
  if (typeof mediaType !== 'string' || !isDigest(digest) || !Number.isSafeInteger(size)) return undefined
  const os = (platform as { os?: unknown } | undefined)?.os
  // BuildKit files its attestations in the index as images for the platform unknown/unknown.
  return { mediaType, digest, size: size as number, isPlatform: os !== 'unknown' }
}
