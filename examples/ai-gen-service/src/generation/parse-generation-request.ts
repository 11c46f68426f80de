import { styles, type GenerationRequest, type Style } from './generation.ts'
import { hashText } from './seeded-random.ts'

/** One thing that is wrong with a request: where (a JSON pointer) and what is expected there. */
export interface Violation {
  readonly pointer: string
  readonly detail: string
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: GenerationRequest }
  | { readonly ok: false; readonly violations: readonly Violation[] }

const longestPrompt = 500
const largestSeed = 0xffff_ffff
const knownKeys = new Set(['prompt', 'style', 'seed'])
// Control characters: U+0000 cannot be stored by PostgreSQL, and the others have no business in one line of text.
const oneLine = /^[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$/

/**
 * Turns a request's JSON value into a GenerationRequest, by the rules of openapi.yaml. All violations are returned at
 * once. Without a seed the prompt's own hash is used, so that the same request gives the same text.
 */
export function parseGenerationRequest(value: unknown): ParsedRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, violations: [{ pointer: '', detail: 'expected an object' }] }
  }
  const { prompt, style = 'plain', seed } = value as Record<string, unknown>
  const violations: Violation[] = Object.keys(value)
    .filter((key) => !knownKeys.has(key))
    .map((key) => ({
      pointer: `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: 'unknown property',
    }))

  if (!isPrompt(prompt)) {
    violations.push({
      pointer: '/prompt',
      detail: `expected one line of 1 to ${longestPrompt} characters that starts with a visible one`,
    })
  }
  if (!isStyle(style)) violations.push({ pointer: '/style', detail: `expected one of ${styles.join(', ')}` })
  if (seed !== undefined && !isSeed(seed)) {
    violations.push({ pointer: '/seed', detail: `expected an integer from 0 to ${largestSeed}` })
  }
  if (violations.length > 0 || !isPrompt(prompt) || !isStyle(style)) return { ok: false, violations }
  return { ok: true, request: { prompt, style, seed: isSeed(seed) ? seed : hashText(prompt) } }
}

function isPrompt(value: unknown): value is string {
  // Characters as JSON Schema counts them: code points, not UTF-16 units.
  return typeof value === 'string' && oneLine.test(value) && Array.from(value).length <= longestPrompt
}

function isStyle(value: unknown): value is Style {
  return styles.some((style) => style === value)
}

function isSeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= largestSeed
}
