import { withoutFields } from '../../without-fields.ts'
import { readMappings } from './read-mappings.ts'

/**
 * The values that were hidden in an encrypted file, from both of its forms: what stands in the clear where `ENC[…]` stood,
 * and what base64 of a Secret's `data` means. Pure.
 */
export function listDecrypted(encrypted: string, clear: string): readonly string[] {
  const [before, after] = [readMappings(encrypted), readMappings(clear)]
  const values = new Set<string>()
  // A text that cannot be read is hidden as a whole, line by line.
  if (typeof before === 'string' || typeof after === 'string') return clear.split('\n')
  before.forEach((document, index) => {
    collect(withoutFields(document, ['sops']), after[index])
  })
  return [...values]

  function collect(hidden: unknown, shown: unknown): void {
    if (typeof hidden === 'string') {
      if (!hidden.startsWith('ENC[') || !isScalar(shown)) return
      const value = String(shown)
      values.add(value)
      const meant = decodeBase64(value)
      if (meant !== undefined) values.add(meant)
    } else if (typeof hidden === 'object' && hidden !== null && typeof shown === 'object' && shown !== null) {
      for (const [key, child] of Object.entries(hidden))
        collect(child, (shown as Record<string, unknown>)[key])
    }
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function decodeBase64(text: string): string | undefined {
  const packed = text.replaceAll(/\s/g, '')
  if (packed === '' || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined
  const bytes = Buffer.from(packed, 'base64')
  const decoded = bytes.toString('utf8')
  return Buffer.from(decoded).equals(bytes) ? decoded : undefined
}
