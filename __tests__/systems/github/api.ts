import type { IncomingMessage, ServerResponse } from 'node:http'
import { assertPermitted, findRepository, findToken } from './access.ts'
import { renderAnswer, renderRefusal } from './answer-message.ts'
import type { Description, Operation } from './description.ts'
import { type ApiParts, type Exchange, openExchange, violate } from './exchange.ts'
import { answerUnderFault } from './fault-answer.ts'
import { createFaultRefusal } from './fault-refusal.ts'
import { GitRepository, toSeconds } from './git-repository.ts'
import type { Json } from './json-schema.ts'
import { Links } from './links.ts'
import { type Message, readBody } from './message.ts'
import { parseParameters } from './parameters.ts'
import { countRequest, rateWindow } from './rate-limit.ts'
import { Refusal } from './refusal.ts'
import { assertHeaders, parseAccept, parseAuthorization, parseBody } from './request-headers.ts'
import type { Answer, Call } from './route.ts'
import { generalRoutes, routesOfRepositories } from './routes/index.ts'

/** Answers one request as GitHub's REST API: routing, access, validation, the route, and validation of its answer. */
export async function answerApi(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = openExchange(parts, request, response)
  const { record } = exchange
  const fault = parts.faults.take({ ...record, operationId: exchange.operation?.id })
  record.fault = fault?.rule.fault ?? null
  await answerUnderFault(response, fault, {
    work: () => perform(parts, exchange),
    renderFault: (struck) => renderRefusal(parts, exchange, createFaultRefusal(struck)),
    onStatus: (status) => {
      record.status = status
    },
  })
}

async function perform(parts: ApiParts, exchange: Exchange): Promise<Message> {
  // The body is read even when it is not looked at, so that the connection stays usable.
  const body = await readBody(exchange.request)
  try {
    return renderAnswer(parts, exchange, await route(parts, exchange, body))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.violation !== undefined) {
      violate(parts, exchange, error.violation, [
        error.message,
        ...(error.errors ?? []).map((entry) => JSON.stringify(entry)),
      ])
    }
    return renderRefusal(parts, exchange, error)
  }
}

async function route(parts: ApiParts, exchange: Exchange, rawBody: Buffer): Promise<Answer> {
  const { state, description } = parts
  const { request, operation, url, path } = exchange
  assertHeaders(request.headers)
  exchange.token = findToken(state, parseAuthorization(request.headers))
  const now = parts.now()
  if (operation?.id !== 'rate-limit/get') countRequest(rateWindow(state, exchange.token, now / 1000))
  if (operation === undefined) throw new Refusal(404, 'Not Found', { violation: 'route' })
  if (parts.absent.some((start) => operation.id.startsWith(start))) throw new Refusal(404, 'Not Found')
  const { owner, repo } = path
  const repository =
    owner === undefined || repo === undefined ? undefined : findRepository(state, exchange.token, owner, repo)
  assertPermitted(operation, exchange.token, repository)

  const parameters = parseParameters(description, operation, path, url.searchParams)
  const body = parseBody(request.headers, rawBody)
  violate(parts, exchange, 'parameter', parameters.oddities)
  violate(parts, exchange, 'header', body.oddities)
  assertBody(description, operation, body.value)
  const call: Call = {
    state,
    links: new Links(parts.url, url),
    now: toSeconds(new Date(now)),
    token: exchange.token,
    parameters: parameters.values,
    body: (body.value ?? {}) as Json,
    accept: parseAccept(request.headers),
    page: parameters.page,
    perPage: parameters.perPage,
  }
  const general = generalRoutes[operation.id]
  if (general !== undefined) return general(call)
  const ofRepository = routesOfRepositories[operation.id]
  if (ofRepository === undefined || repository === undefined) {
    const message = `The test server does not know ${operation.id}.`
    throw new Refusal(501, message, { violation: 'not-implemented' })
  }
  return ofRepository({ ...call, repository, git: new GitRepository(repository.gitDir) })
}

/** @throws Refusal 422 for a body that does not fit; a key that is not described is refused, as GitHub does it */
function assertBody(description: Description, operation: Operation, body: unknown): void {
  const known = operation.body?.schema.properties
  const unknown = Object.keys(known === undefined ? {} : (body ?? {})).filter(
    (key) => !(key in (known as Json)),
  )
  const problems = [
    ...unknown.map((key) => `"${key}" is not a permitted key.`),
    ...description.bodyProblems(operation, body),
  ]
  if (problems.length > 0)
    throw new Refusal(422, `Invalid request.\n\n${problems.join('\n')}`, { violation: 'body' })
}
