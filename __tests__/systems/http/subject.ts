import { expect } from 'vitest'

import { createHttp } from '../../../src/systems/http/create-http.ts'
import { HttpFailure } from '../../../src/systems/http/http-failure.ts'
import type { HttpRequest } from '../../../src/systems/http/http.ts'
import { createFakeClock } from '../fake-clock.ts'

export function createSubject() {
  const clock = createFakeClock()
  const lines: string[] = []
  const onRetry = (line: string) => lines.push(line)
  const http = createHttp({ clock, env: {}, userAgent: 'stagegate/test', onRetry })
  return { clock, lines, http }
}

export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    system: 'vault',
    method: 'GET',
    url,
    signal: new AbortController().signal,
    accept: 'json',
    ...more,
  }
}

export const post = (url: string, more: Partial<HttpRequest> = {}) =>
  get(url, { method: 'POST', body: '{}', ...more })

export async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const failure = await promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(HttpFailure)
  return failure as HttpFailure
}
