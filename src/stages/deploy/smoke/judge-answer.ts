import type { SmokeCheck } from '../../../config/config.ts'
import { oneLine } from '../../../text/index.ts'

export interface SmokeAnswer {
  readonly status: number
  readonly body: string
}

/** What is wrong with an answer, or undefined when it is as expected. Pure. */
export function judgeAnswer(check: SmokeCheck, answer: SmokeAnswer): string | undefined {
  if (answer.status !== check.status)
    return `status ${answer.status}, expected ${check.status}: ${shorten(answer.body)}`
  const { body } = check
  if (body === undefined) return undefined
  if (typeof body === 'string')
    return answer.body.includes(body)
      ? undefined
      : `the body has no ${JSON.stringify(body)}: ${shorten(answer.body)}`
  let parsed: unknown
  try {
    parsed = JSON.parse(answer.body)
  } catch {
    return `the body is not JSON: ${shorten(answer.body)}`
  }
  for (const [path, expected] of Object.entries(body)) {
    const seen = valueAt(parsed, path)
    if (seen === undefined) return `${path} is missing, expected ${JSON.stringify(expected)}`
    if (JSON.stringify(seen) !== JSON.stringify(expected)) {
      return `${path} is ${shorten(JSON.stringify(seen))}, expected ${JSON.stringify(expected)}`
    }
  }
  return undefined
}

/** `database.state` in nested objects; only own properties count. */
function valueAt(value: unknown, path: string): unknown {
  let current = value
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}

function shorten(body: string): string {
  return oneLine(body, 200)
}
