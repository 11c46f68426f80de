import { judgeSecret, type ValueOrigin } from './judge-secret.ts'
import { namedParts } from './named-parts.ts'
import { findPlain } from './ordinary.ts'
import type { PublicTexts } from './public-texts.ts'

/**
 * Which lines and inner values of a secret are no secrets for themselves: a structured value holds hosts and ports beside its
 * password, and each of them is judged by the name that it has there.
 *
 * @returns whether a part is left alone; the whole is hidden all the same
 * @throws StagegateError E_SECRET_PUBLIC
 */
export function leaveOutParts(
  value: string,
  origin: ValueOrigin,
  known: PublicTexts,
): (part: string) => boolean {
  const shown = new Set<string>()
  const hidden = new Set<string>()
  for (const { name, text } of namedParts(value)) {
    const key = name === '' ? origin.key : name
    const { hide } = judgeSecret(text, { ...origin, key }, known)
    const sorted = hide ? hidden : shown
    sorted.add(text.trim())
  }
  return (part) => !hidden.has(part) && (shown.has(part) || findPlain(part) !== undefined)
}
