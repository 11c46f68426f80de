import type { Json } from '../json-schema.ts'
import { renderRepository, renderUser } from '../render.ts'
import { answerCounted } from '../pagination.ts'
import { notFound, Refusal } from '../refusal.ts'
import { type Repository } from '../repository.ts'
import { type Call, type RepositoryRoutes, type Routes, textOf } from '../route.ts'

export const repositoryRoutes: RepositoryRoutes = {
  'repos/get': ({ links, repository, token }) => ({
    status: 200,
    body: {
      ...renderRepository(links, repository),
      // An app's token has no role in the repository: GitHub shows none for it but this.
      ...(token && {
        permissions: { admin: false, maintain: false, push: false, triage: false, pull: true },
      }),
    },
  }),
}

export const accountRoutes: Routes = {
  'apps/list-repos-accessible-to-installation': async (call) => {
    if (call.token?.app === null) {
      throw new Refusal(
        403,
        'You must authenticate with an installation access token in order to list repositories',
      )
    }
    const seen = ({ owner, name }: Repository): boolean => `${owner}/${name}` === call.token?.repository
    const all = call.state.repositories.filter(seen)
    const answer = await answerCounted(call, 'repositories', all, (item) =>
      renderRepository(call.links, item),
    )
    return { ...answer, body: { ...(answer.body as object), repository_selection: 'selected' } }
  },

  'users/get-authenticated': (call) => {
    // An app's token is nobody: only a personal one has a user.
    if (call.token?.kind !== 'classic') throw new Refusal(403, 'Resource not accessible by integration')
    return { status: 200, body: renderProfile(call, renderUser(call.links, call.token.login)) }
  },

  'users/get-by-username': (call) => {
    const login = textOf(call, 'username')
    const owner = call.state.repositories.find((repository) => repository.owner === login)
    const token = call.state.tokens.find((candidate) => candidate.login === login)
    if (owner === undefined && token === undefined) throw notFound()
    const user = owner
      ? renderUser(call.links, login, owner.ownerId, 'Organization')
      : renderUser(call.links, login)
    return { status: 200, body: renderProfile(call, user) }
  },
}

/** A user's public page. */
function renderProfile(call: Call, user: Json): Json {
  const profile = ['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio']
  const counts = ['public_repos', 'public_gists', 'followers', 'following']
  return {
    ...user,
    user_view_type: 'public',
    ...Object.fromEntries(profile.map((name) => [name, null])),
    ...Object.fromEntries(counts.map((name) => [name, 0])),
    created_at: '2018-07-30T09:30:17Z',
    updated_at: call.now,
  }
}
