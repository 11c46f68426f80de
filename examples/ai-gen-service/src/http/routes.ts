import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ContentPolicy } from '../generation/content-policy.ts'
import { generateText } from '../generation/generate-text.ts'
import type { Generation } from '../generation/generation.ts'
import { parseGenerationRequest } from '../generation/parse-generation-request.ts'
import type { GenerationStore } from '../store/generation-store.ts'
import { Problem } from './problem.ts'
import { readJson } from './read-json.ts'

export interface Service {
  readonly store: GenerationStore
  readonly policy: ContentPolicy | undefined
  readonly apiToken: string | undefined
  readonly version: string
  readonly commit: string | undefined
}

export interface Call {
  readonly request: IncomingMessage
  /** What the path's group matched, or an empty string. */
  readonly parameter: string
  readonly query: URLSearchParams
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

export type Endpoint = (service: Service, call: Call) => Promise<Reply> | Reply

export interface Route {
  readonly path: RegExp
  readonly methods: Readonly<Record<string, Endpoint>>
  /** Without a token, whatever the service's configuration says. */
  readonly open?: boolean
}

/** The whole API; openapi.yaml describes it. */
export const routes: readonly Route[] = [
  { path: /^\/livez$/, methods: { GET: () => ({ status: 200, body: { status: 'ok' } }) }, open: true },
  { path: /^\/healthz$/, methods: { GET: getHealth }, open: true },
  { path: /^\/v1\/generations$/, methods: { GET: listGenerations, POST: createGeneration } },
  { path: /^\/v1\/generations\/([^/]+)$/, methods: { GET: getGeneration } },
]

/** Ready when the database answers. Its tables are not asked for: a migration may run after the rollout. */
async function getHealth({ store, version, commit }: Service): Promise<Reply> {
  const databaseAnswers = await store.ping().then(
    () => true,
    () => false,
  )
  return {
    status: databaseAnswers ? 200 : 503,
    body: {
      status: databaseAnswers ? 'ok' : 'unavailable',
      version,
      ...(commit !== undefined && { commit }),
      database: databaseAnswers ? 'ok' : 'down',
    },
  }
}

async function createGeneration({ store, policy }: Service, { request }: Call): Promise<Reply> {
  const parsed = parseGenerationRequest(await readJson(request))
  if (!parsed.ok) {
    throw new Problem(422, 'Unprocessable Content', 'the request is not valid', { errors: parsed.violations })
  }
  if (policy?.findBlockedWord(parsed.request.prompt) !== undefined) {
    throw new Problem(403, 'Forbidden', 'the prompt contains a word that the content policy blocks')
  }
  const generation: Generation = {
    id: randomUUID(),
    ...parsed.request,
    text: generateText(parsed.request),
    createdAt: new Date(),
  }
  await store.add(generation)
  return {
    status: 201,
    headers: { Location: `/v1/generations/${generation.id}` },
    body: renderGeneration(generation),
  }
}

async function getGeneration({ store }: Service, { parameter }: Call): Promise<Reply> {
  const id = parameter.toLowerCase()
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  const generation = isUuid ? await store.find(id) : undefined
  if (generation === undefined) throw new Problem(404, 'Not Found', 'there is no such generation')
  return { status: 200, body: renderGeneration(generation) }
}

async function listGenerations({ store }: Service, { query }: Call): Promise<Reply> {
  const { limit = '20', cursor } = parseListQuery(query)
  const { items, nextCursor } = await store.list(Number(limit), cursor)
  return { status: 200, body: { items: items.map(renderGeneration), next_cursor: nextCursor ?? null } }
}

/** @throws Problem 400 for an unknown, repeated or malformed parameter */
function parseListQuery(query: URLSearchParams): { limit?: string; cursor?: string } {
  const patterns = new Map([
    ['limit', /^([1-9]|[1-9][0-9]|100)$/],
    ['cursor', /^[1-9][0-9]{0,17}$/],
  ])
  const errors = [...new Set(query.keys())].flatMap((name) => {
    const pattern = patterns.get(name)
    const [value = '', ...others] = query.getAll(name)
    if (pattern === undefined) return [{ pointer: name, detail: 'unknown parameter' }]
    return others.length === 0 && pattern.test(value)
      ? []
      : [{ pointer: name, detail: `expected once, as ${pattern.source}` }]
  })
  if (errors.length > 0) throw new Problem(400, 'Bad Request', 'the query is not valid', { errors })
  return Object.fromEntries(query)
}

function renderGeneration({ id, prompt, style, seed, text, createdAt }: Generation): object {
  return { id, prompt, style, seed, text, created_at: createdAt.toISOString() }
}
