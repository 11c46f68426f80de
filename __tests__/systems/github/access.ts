import type { Operation } from './description.ts'
import { isPermitted, needsApp, requiredPermissions } from './permissions.ts'
import { notFound, Refusal } from './refusal.ts'
import type { Repository } from './repository.ts'
import type { State, Token } from './state.ts'

/** The token that a request carries. @throws Refusal 401 for one that is not known */
export function findToken(state: State, value: string | undefined): Token | undefined {
  if (value === undefined) return undefined
  const token = state.tokens.find((candidate) => candidate.value === value)
  if (token === undefined) throw new Refusal(401, 'Bad credentials')
  return token
}

/** The repository that a path names. @throws Refusal 404 also for one that the token may not know of */
export function findRepository(
  state: State,
  token: Token | undefined,
  owner: string,
  name: string,
): Repository {
  const found = state.repositories.find((repository) => isNamed(repository, `${owner}/${name}`))
  if (found === undefined || (found.private && !isMember(token, found))) throw notFound()
  return found
}

/** Whether the token was given for this repository. A personal token is its owner's everywhere. */
function isMember(token: Token | undefined, repository: Repository): boolean {
  return token !== undefined && (token.kind === 'classic' || isNamed(repository, token.repository))
}

function isNamed(repository: Repository, fullName: string): boolean {
  return `${repository.owner}/${repository.name}`.toLowerCase() === fullName.toLowerCase()
}

/** @throws Refusal 401 without a token where one is needed, 403 where the token's permissions do not reach */
export function assertPermitted(
  operation: Operation,
  token: Token | undefined,
  repository: Repository | undefined,
): void {
  const required = requiredPermissions(operation.id) ?? []
  const publicRead = repository !== undefined && !repository.private
  if (token === undefined) {
    // A user is what only a token can name.
    if (operation.id === 'users/get-authenticated') throw new Refusal(401, 'Requires authentication')
    if (!isPermitted(operation.id, {}, publicRead)) throw new Refusal(401, 'Requires authentication')
    return
  }
  if (token.kind === 'classic') {
    if (needsApp(operation.id)) throw new Refusal(403, 'You must authenticate via a GitHub App.')
    return
  }
  const permissions = repository === undefined || isMember(token, repository) ? token.permissions : {}
  if (isPermitted(operation.id, permissions, publicRead)) return
  throw new Refusal(403, 'Resource not accessible by integration', {
    headers: { 'x-accepted-github-permissions': required.join('; ') },
  })
}
