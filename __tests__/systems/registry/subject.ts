import { afterAll } from 'vitest'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createRegistry } from '../../../src/systems/registry/create-registry.ts'
import type { Registry } from '../../../src/systems/registry/registry.ts'
import type { TestLayout } from './image-layout.ts'

export const login = { username: 'pipeline', password: 'a password, with: all "sorts"' }
/** The commit that the pushed images are of. */
export const revision = 'c'.repeat(40)
export const signal = new AbortController().signal
/** Waits between attempts pass at once. */
export const clock = { ...systemClock, sleep: () => Promise.resolve() }
export const http = createHttp({ clock, userAgent: 'test', env: {} })
export const secrets = new Set<string>()

afterAll(() => {
  http.close()
})

export function registryAt(host: string, password = login.password): Registry {
  return createRegistry({
    http,
    clock,
    secrets: { add: (value) => secrets.add(value) },
    credentials: { registry: host, username: login.username, password },
  })
}

export function pushOptions(host: string, layout: TestLayout, tags: readonly string[] = ['v1.1.0-staging']) {
  const { folder, digest } = layout
  const repository = `${host}/acme/ai-gen-service`
  return {
    ...{ layout: folder, repository, digest, revision, signal },
    tags: tags.map((name) => ({ name, moves: !name.startsWith('sha-') })),
    onProgress: () => undefined,
  }
}
