import type { FaultRule } from './faults.ts'
import type { Json } from './json-schema.ts'
import { jsonMessage, type Message } from './message.ts'
import type { RepositoryOptions } from './create-repository.ts'
import type { Seeds } from './seed.ts'
import type { GithubServer } from './server.ts'
import { renderState, type TokenOptions } from './state.ts'

/** What a test in another process can ask for, by method and name below `/_testbed/`. */
const controls: Readonly<Record<string, (server: GithubServer, body: unknown) => unknown>> = {
  'GET health': ({ url }) => ({ url }),
  'GET state': ({ state }) => renderState(state),
  'GET requests': ({ state }) => state.requests,
  'GET violations': ({ state }) => state.violations,
  'GET faults': ({ faults }) => faults.list(),
  'POST reset': (server) => {
    server.reset()
  },
  'POST repositories': (server, body) => server.createRepository(body as RepositoryOptions),
  'POST tokens': (server, body) => {
    const { value, ...token } = server.mintToken(body as TokenOptions)
    return { ...token, token: value }
  },
  'POST records': (server, body) => {
    const { repository, kind, record } = body as {
      repository: string
      kind: keyof Seeds
      record: Seeds[keyof Seeds]
    }
    return server.seed(repository, kind, record)
  },
  /** An hour has passed: what the jobs of a repository may ask is whole again. */
  'POST hour': ({ state }, body) => {
    const window = state.rates[(body as { repository: string }).repository]
    if (window !== undefined) window.used = 0
  },
  'POST faults': (server, body) => {
    server.inject(...((Array.isArray(body) ? body : [body]) as FaultRule[]))
    return server.faults.list()
  },
  'DELETE faults': (server) => {
    server.faults.clear()
  },
  'DELETE requests': ({ state }) => {
    state.requests.length = 0
    state.violations.length = 0
  },
}

/** Fields without which a control makes no sense. */
const requiredFields: Readonly<Record<string, readonly string[]>> = {
  'POST repositories': ['owner', 'name'],
  'POST tokens': ['repository'],
  'POST records': ['repository', 'kind', 'record'],
  'POST hour': ['repository'],
}

/** Answers a request of the control interface; a wrong one is a 400 that says why. */
export function answerControl(server: GithubServer, method: string, name: string, rawBody: Buffer): Message {
  const control = controls[`${method} ${name}`]
  if (control === undefined) {
    return jsonMessage(404, { message: `No such control. There are: ${Object.keys(controls).join(', ')}` })
  }
  try {
    const body: unknown = rawBody.length === 0 ? {} : JSON.parse(rawBody.toString('utf8'))
    const missing = (requiredFields[`${method} ${name}`] ?? []).filter(
      (field) => (body as Json)[field] === undefined,
    )
    if (missing.length > 0) throw new Error(`Missing: ${missing.join(', ')}`)
    return jsonMessage(200, control(server, body) ?? {})
  } catch (error) {
    return jsonMessage(400, { message: error instanceof Error ? error.message : String(error) })
  }
}
