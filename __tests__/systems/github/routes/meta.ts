import { renderApp } from '../render.ts'
import { notFound } from '../refusal.ts'
import { rateWindow } from '../rate-limit.ts'
import { type Routes, textOf } from '../route.ts'
import { actionsApp } from '../state.ts'

/** Routes that belong to no repository, and need no token. */
export const metaRoutes: Routes = {
  'meta/get': () => ({
    status: 200,
    body: { verifiable_password_authentication: false, actions: ['127.0.0.0/8'], api: ['127.0.0.1/32'] },
  }),

  // Asking for the limit does not count against it.
  'rate-limit/get': (call) => {
    const { limit, used, resetsAt } = rateWindow(call.state, call.token, Date.parse(call.now) / 1000)
    const core = { limit, used, remaining: Math.max(0, limit - used), reset: resetsAt }
    const search = { limit: 30, used: 0, remaining: 30, reset: resetsAt }
    return { status: 200, body: { resources: { core, search }, rate: core } }
  },

  'apps/get-by-slug': (call) => {
    const slug = textOf(call, 'app_slug')
    const known = [actionsApp, ...call.state.tokens.flatMap(({ app }) => app ?? [])]
    const app = known.find((candidate) => candidate.slug === slug)
    if (app === undefined) throw notFound()
    return { status: 200, body: renderApp(call.links, app) }
  },
}
