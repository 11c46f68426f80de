import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { TestbedDescription } from '../testbed/description.ts'

export const repository = { owner: 'acme', name: 'ai-gen-service' } as const
export const fullName = `${repository.owner}/${repository.name}`

/** What a runner knows of a job: its tokens carry exactly what the job's `permissions` grant. */
export interface GithubJob {
  readonly token: string
  /** Undefined without `id-token: write`. */
  readonly idToken: { readonly requestToken: string; readonly requestUrl: string } | undefined
}

export interface JobOptions {
  readonly testbed: TestbedDescription
  /** Bare Git repository that the API answers commits, contents and comparisons from. */
  readonly gitDir: string
  readonly permissions: Readonly<Record<string, string>>
  readonly commit: string
  readonly ref: string
  readonly event: string
  readonly runId: string
  readonly runAttempt: number
  readonly environment: string
  /** Reusable workflows that the run calls: `OWNER/REPO/PATH@REF`. */
  readonly called?: readonly string[]
}

/** Path of the sample's workflow, in its repository. */
export const workflowPath = '.github/workflows/staging.yml'

/** Registers the repository and the run with the testbed's GitHub, and mints the job's tokens as a runner would get them. */
export async function startGithubJob(options: JobOptions): Promise<GithubJob> {
  const { testbed, permissions } = options
  const api = `${testbed.github.url}/_testbed`
  await post(`${api}/repositories`, { ...repository, gitDir: options.gitDir, private: true })
  const { called = [] } = options
  const record = { headSha: options.commit, event: options.event, path: workflowPath, called }
  const run = { id: Number(options.runId), attempt: options.runAttempt, ...record }
  await post(`${api}/records`, { repository: fullName, kind: 'runs', record: run })
  const job = { runId: run.id, attempt: run.attempt, name: 'staging' }
  await post(`${api}/records`, { repository: fullName, kind: 'jobs', record: job })
  const { token } = (await post(`${api}/tokens`, { repository: fullName, kind: 'actions', permissions })) as {
    token: string
  }
  const claims = {
    repository: fullName,
    repository_owner: repository.owner,
    ref: options.ref,
    sha: options.commit,
    environment: options.environment,
    event_name: options.event,
    run_id: options.runId,
    run_attempt: String(options.runAttempt),
  }
  const identity = (await post(
    testbed.oidc.jobs,
    { claims, permissions },
    testbed.certificates.authority,
  )) as {
    requestToken: string | null
    requestUrl: string | null
  }
  const { requestToken, requestUrl } = identity
  return {
    token,
    idToken: requestToken === null || requestUrl === null ? undefined : { requestToken, requestUrl },
  }
}

/** The permissions of a workflow's only job. */
export function readJobPermissions(path: string): Readonly<Record<string, string>> {
  const workflow = parse(readFileSync(path, 'utf8')) as {
    jobs: Record<string, { permissions?: Record<string, string> }>
  }
  return Object.values(workflow.jobs)[0]?.permissions ?? {}
}

/** A POST to a server of the testbed; the issuer's certificate is signed by the testbed's own authority. */
export async function post(url: string, body: object, authority?: string): Promise<unknown> {
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'))
  const ca = authority === undefined ? {} : { ca: readFileSync(authority) }
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' }, ...ca },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(text === '' ? undefined : JSON.parse(text))
          else reject(new Error(`POST ${url}: ${answer.statusCode} ${text}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}
