import { createGitHub } from '../../../src/systems/github/octokit-github.ts'
import type { Annotation, CheckRun, GitHub } from '../../../src/systems/github/github.ts'
import type { Clock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { type GithubServer, type ServerOptions, startGithubServer } from './server.ts'
import type { Repository } from './repository.ts'
import type { TokenOptions } from './state.ts'

export const commit = 'c'.repeat(40)
export const runUrl = 'https://github.com/acme/ai-gen-service/actions/runs/77/attempts/2'

/** Of what is not to end early. */
export const never = new AbortController().signal
/** What a write says that was done. */
export const written = { written: true }
export const deployment = {
  commit,
  environment: 'staging',
  description: 'v1.1.0',
  key: 'ai-gen-service/77/2',
}
/** How the deployment ended. */
export const done = {
  state: 'success',
  description: 'Deployed.',
  logUrl: runUrl,
  environmentUrl: undefined,
} as const

/** What a job of the pipeline grants. */
export const pipelinePermissions = {
  statuses: 'write',
  checks: 'write',
  deployments: 'write',
  contents: 'read',
} as const

export interface Subject {
  readonly server: GithubServer
  readonly repository: Repository
  readonly github: GitHub
  readonly clock: FakeClock
  /** The value of the token that the subject uses. */
  readonly token: string
  /** How often an operation reached the server. */
  count(operationId: string): number
}

/** The real client on a running server. */
export async function createSubject(
  options: Partial<TokenOptions> = {},
  serverOptions: ServerOptions = {},
): Promise<Subject> {
  const server = await startGithubServer(serverOptions)
  const repository = server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
  const { value: token } = server.mintToken({
    repository: 'acme/ai-gen-service',
    permissions: pipelinePermissions,
    ...options,
  })
  const clock = createFakeClock()
  return {
    server,
    repository,
    clock,
    token,
    github: createGithubClient(server, token, clock),
    count: (operationId) =>
      server.state.requests.filter((request) => request.operationId === operationId).length,
  }
}

export function createGithubClient(
  server: GithubServer,
  token: string,
  clock: Clock = createFakeClock(),
  redact = (text: string) => text.replaceAll('hunter2', '***'),
  repository = 'acme/ai-gen-service',
): GitHub {
  return createGitHub({
    apiUrl: server.url,
    token,
    repository,
    http: createHttp({ clock, userAgent: 'stagegate/test', env: {} }),
    clock,
    redact,
  })
}

/** @param count how many annotations */
export function checkWith(count: number, more: Partial<CheckRun> = {}): CheckRun {
  return {
    commit,
    name: 'Stagegate / build',
    externalId: 'stagegate:build:1',
    status: 'completed',
    conclusion: 'failure',
    title: 'build.lint: failed',
    summary: 'Two rules are broken.',
    annotations: Array.from({ length: count }, (_, index) => annotation(index + 1)),
    detailsUrl: runUrl,
    ...more,
  }
}

export function annotation(line: number): Annotation {
  return {
    path: 'src/server.ts',
    startLine: line,
    endLine: line,
    level: 'failure',
    title: 'eslint: no-eval',
    message: `eval on line ${line}`,
  }
}
