import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

const decoders = {
  gzip: (bytes: Uint8Array, maxOutputLength: number) => promisify(gunzip)(bytes, { maxOutputLength }),
  deflate: (bytes: Uint8Array, maxOutputLength: number) => promisify(inflate)(bytes, { maxOutputLength }),
  br: (bytes: Uint8Array, maxOutputLength: number) => promisify(brotliDecompress)(bytes, { maxOutputLength }),
}

/** What we say we accept; `decodeBody` undoes each of them. */
export const ACCEPT_ENCODING = Object.keys(decoders).join(', ')

export type Decoded =
  { readonly bytes: Uint8Array } | { readonly kind: 'too-large' | 'garbage'; readonly summary: string }

/** Undoes a `Content-Encoding`; a body that would grow over `maxBytes` is refused before it has. */
export async function decodeBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Decoded> {
  const name = (encoding ?? 'identity').trim().toLowerCase().replace(/^x-/, '')
  if (name === 'identity' || name === '' || bytes.length === 0) return { bytes }
  if (!isKnown(name)) return { kind: 'garbage', summary: 'the body has an unknown content encoding' }
  try {
    return { bytes: await decoders[name](bytes, maxBytes) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return { kind: 'too-large', summary: `the unpacked body is larger than ${maxBytes} bytes` }
    }
    return { kind: 'garbage', summary: `the body is not valid ${name}` }
  }
}

function isKnown(name: string): name is keyof typeof decoders {
  return Object.hasOwn(decoders, name)
}
