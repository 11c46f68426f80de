import { Refusal } from './refusal.ts'
import type { RateWindow, State, Token } from './state.ts'

/** Requests an hour: a job's token 1,000 per repository, a personal one 5,000, nobody 60. */
const limits = { actions: 1000, fork: 1000, classic: 5000 }
const hour = 3600

/** The window that a token draws from; the tokens of a repository's jobs share one. @param now Unix time in seconds */
export function rateWindow(state: State, token: Token | undefined, now: number): RateWindow {
  const key =
    token === undefined ? 'anonymous' : token.kind === 'classic' ? `token ${token.id}` : token.repository
  const limit = token === undefined ? 60 : limits[token.kind]
  const found = state.rates[key]
  if (found !== undefined && found.resetsAt > now) return found
  const fresh = { limit: found?.limit ?? limit, used: 0, resetsAt: Math.floor(now) + hour }
  state.rates[key] = fresh
  return fresh
}

/** Counts one request; refuses it when the window is used up. */
export function countRequest(window: RateWindow): void {
  if (window.used >= window.limit) {
    throw new Refusal(403, 'API rate limit exceeded for installation.')
  }
  window.used += 1
}

export function rateHeaders(window: RateWindow): Record<string, string> {
  return {
    'x-ratelimit-limit': String(window.limit),
    'x-ratelimit-remaining': String(Math.max(0, window.limit - window.used)),
    'x-ratelimit-used': String(window.used),
    'x-ratelimit-reset': String(window.resetsAt),
    'x-ratelimit-resource': 'core',
  }
}
