import { withoutFields } from '../../without-fields.ts'
import { readMappings } from './read-mappings.ts'

/** A value that was encrypted, and the name that it has in its file. */
export interface DecryptedValue {
  readonly key: string
  readonly value: string
}

/**
 * The values that were hidden in an encrypted file, from both of its forms: what stands in the clear where `ENC[…]` stood,
 * and what base64 of a Secret's `data` means. Pure.
 */
export function listDecrypted(encrypted: string, clear: string): readonly DecryptedValue[] {
  const [before, after] = [readMappings(encrypted), readMappings(clear)]
  const values = new Map<string, DecryptedValue>()
  // A text that cannot be read is hidden as a whole, line by line.
  if (typeof before === 'string' || typeof after === 'string')
    return clear.split('\n').map((value) => ({ key: 'a secret line', value }))
  before.forEach((document, index) => {
    collect('', withoutFields(document, ['sops']), after[index])
  })
  return [...values.values()]

  function collect(key: string, hidden: unknown, shown: unknown): void {
    if (typeof hidden === 'string') {
      if (!hidden.startsWith('ENC[') || !isScalar(shown)) return
      const value = String(shown)
      for (const each of [value, decodeBase64(value)])
        if (each !== undefined) values.set(`${key} ${each}`, { key, value: each })
    } else if (typeof hidden === 'object' && hidden !== null && typeof shown === 'object' && shown !== null) {
      const clearValues = shown as Record<string, unknown>
      for (const [name, child] of Object.entries(hidden))
        collect(nameOf(name, key, clearValues), child, clearValues[name])
    }
  }
}

/** What a value is called: of `{name: PORT, value: …}`, as in a container's env, by its name; of a list, by the list's. */
function nameOf(name: string, parent: string, siblings: Record<string, unknown>): string {
  if (name === 'value' && typeof siblings.name === 'string') return siblings.name
  return /^\d+$/.test(name) ? parent : name
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
