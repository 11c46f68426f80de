import { Octokit } from '@octokit/rest'
import type { GithubServer } from './server.ts'
import type { TokenOptions } from './state.ts'

/** An Octokit client of the server with a fresh token; it does not print the refusals that a test expects. */
export function createOctokit(server: GithubServer, options: Partial<TokenOptions> = {}): Octokit {
  const { value } = server.mintToken({ repository: 'acme/ai-gen-service', ...options })
  const silent = { debug: print, info: print, warn: print, error: print }
  return new Octokit({ baseUrl: server.url, auth: value, log: silent })
}

function print(): void {
  // Nothing: Octokit would log each request that was refused.
}
