import type { FormIndex } from './form-index.ts'

const MASK = Buffer.from('***')

/** Redacts bytes that come in chunks; however they are cut, the same bytes come out. */
export interface RedactionStream {
  /**
   * The bytes that are certain by now. What could be the beginning of a secret is held back until more is known: at
   * most the length of the longest form less one.
   */
  push(chunk: Uint8Array): Uint8Array
  /** The rest. */
  end(): Uint8Array
}

/**
 * Every byte that belongs to any form of any secret is hidden; forms that overlap become one mask, so nothing of the
 * second one is left. A form that lies wholly within a protected text is left as it is.
 */
export function createRedactionStream(secrets: FormIndex, protectedTexts: FormIndex): RedactionStream {
  let held: Uint8Array = new Uint8Array()
  /** How many of the held bytes belong to a mask that is written already. */
  let masked = 0
  /** How many of the held bytes belong to a protected text that begins before them. */
  let kept = 0

  function process(bytes: Uint8Array, isEnd: boolean): Uint8Array {
    const pieces: Uint8Array[] = []
    let plainFrom = masked
    let secretPlace = -1
    let protectedPlace = protectedTexts.isEmpty ? bytes.length : -1
    const next = (from: number) => {
      if (secretPlace < from) secretPlace = secrets.next(bytes, from)
      if (protectedPlace < from) protectedPlace = protectedTexts.next(bytes, from)
      return Math.min(secretPlace, protectedPlace)
    }
    let place = next(0)
    while (place < bytes.length) {
      const around = protectedTexts.at(bytes, place)
      const match = secrets.at(bytes, place)
      if ((match.open || around.open) && !isEnd) break
      kept = Math.max(kept, place + around.length)
      if (match.length > 0 && place + match.length > kept) {
        if (place >= masked) {
          pieces.push(bytes.subarray(plainFrom, place), MASK)
        }
        masked = Math.max(masked, place + match.length)
        plainFrom = masked
      }
      place = next(place + 1)
    }
    if (plainFrom < place) pieces.push(bytes.subarray(plainFrom, place))
    held = bytes.subarray(place)
    masked = Math.max(0, masked - place)
    kept = Math.max(0, kept - place)
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  }

  return {
    push: (chunk) => process(held.length === 0 ? chunk : Buffer.concat([held, chunk]), false),
    end: () => process(held, true),
  }
}
