import { Octokit } from '@octokit/rest'
import type { Clock } from '../clock/clock.ts'
import { createByKey } from './create-by-key.ts'
import { explainGithubError } from './explain-github-error.ts'
import type { Annotation, CheckRun, CommitStatus, GitHub, StoredCheck, Written } from './github.ts'

export interface GitHubOptions {
  /** `GITHUB_API_URL`: github.com, or a GitHub Enterprise Server. */
  readonly apiUrl: string
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  /** Our HTTP core as a `fetch`: routes and types are Octokit's, deadlines, retries and limits are the core's. */
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  /** Takes every secret out of a text; the runner masks nothing that goes over the API. */
  readonly redact: (text: string) => string
}

const DESCRIPTION_LIMIT = 140
const ANNOTATIONS_PER_REQUEST = 50
const MAX_ANNOTATIONS = 500

/** The GitHub side of a run over `@octokit/rest`, without its retry plugin, which repeats POSTs. */
export function createGitHub(options: GitHubOptions): GitHub {
  const { clock, redact } = options
  const [owner = '', repo = ''] = options.repository.split('/')
  const octokit = new Octokit({
    auth: options.token,
    baseUrl: options.apiUrl,
    request: { fetch: options.fetch },
    log: silent,
  })
  const at = { owner, repo }

  async function findCheck(check: CheckRun, signal: AbortSignal): Promise<number | undefined> {
    const { data } = await octokit.rest.checks.listForRef({
      ...at,
      ref: check.commit,
      check_name: check.name,
      filter: 'all',
      per_page: 100,
      request: { signal },
    })
    return data.check_runs.find((each) => each.external_id === check.externalId)?.id
  }

  async function writeCheck(check: CheckRun, signal: AbortSignal): Promise<void> {
    const annotations = check.annotations.slice(0, MAX_ANNOTATIONS).map((each) => toApi(each, redact))
    const body = (batch: readonly ReturnType<typeof toApi>[]) => ({
      name: check.name,
      external_id: check.externalId,
      details_url: check.detailsUrl,
      status: check.status,
      ...(check.conclusion === undefined ? {} : { conclusion: check.conclusion }),
      output: {
        title: redact(check.title),
        summary: redact(check.summary),
        ...(check.text === undefined ? {} : { text: redact(check.text) }),
        annotations: [...batch],
      },
    })
    const first = body(annotations.slice(0, ANNOTATIONS_PER_REQUEST))
    const update = async (id: number, batch: ReturnType<typeof body>): Promise<void> => {
      await octokit.rest.checks.update({ ...at, check_run_id: id, ...batch, request: { signal } })
    }
    let id = await findCheck(check, signal)
    if (id === undefined) {
      id = await createByKey(
        async () =>
          (await octokit.rest.checks.create({ ...at, head_sha: check.commit, ...first, request: { signal } }))
            .data.id,
        () => findCheck(check, signal),
        clock,
        signal,
      )
    } else await update(id, first)
    for (let sent = ANNOTATIONS_PER_REQUEST; sent < annotations.length; sent += ANNOTATIONS_PER_REQUEST) {
      await update(id, body(annotations.slice(sent, sent + ANNOTATIONS_PER_REQUEST)))
    }
  }

  async function writeStatus(status: CommitStatus, signal: AbortSignal): Promise<void> {
    const description = cut(redact(status.description))
    const request = {
      state: status.state,
      context: status.context,
      description,
      target_url: status.targetUrl,
    }
    await createByKey(
      async () => {
        await octokit.rest.repos.createCommitStatus({
          ...at,
          sha: status.commit,
          ...request,
          request: { signal },
        })
        return true
      },
      async () => {
        const { data } = await octokit.rest.repos.listCommitStatusesForRef({
          ...at,
          ref: status.commit,
          per_page: 100,
          request: { signal },
        })
        const newest = data.find((each) => each.context === status.context)
        const same =
          newest?.state === status.state &&
          newest.description === description &&
          newest.target_url === status.targetUrl
        return same ? true : undefined
      },
      clock,
      signal,
    )
  }

  return {
    writeStatus: (status, signal) =>
      bestEffort('The commit status was not written', () => writeStatus(status, signal)),
    writeCheck: (check, signal) =>
      bestEffort(`The check run ${check.name} was not written`, () => writeCheck(check, signal)),

    async readStatus(commit, context, signal) {
      try {
        const { data } = await octokit.rest.repos.listCommitStatusesForRef({
          ...at,
          ref: commit,
          per_page: 100,
          request: { signal },
        })
        const newest = data.find((each) => each.context.toLowerCase() === context.toLowerCase())
        return newest === undefined ? undefined : { state: newest.state, targetUrl: newest.target_url ?? '' }
      } catch (thrown) {
        throw explainGithubError(thrown, 'The commit status cannot be read')
      }
    },

    async findChecks(commit, externalIdPrefix, signal) {
      try {
        const found = await octokit.paginate(octokit.rest.checks.listForRef, {
          ...at,
          ref: commit,
          filter: 'all',
          per_page: 100,
          request: { signal },
        })
        return found
          .filter(
            (each) => each.external_id?.startsWith(externalIdPrefix) === true && each.status === 'completed',
          )
          .map((each): StoredCheck => ({
            id: each.id,
            name: each.name,
            externalId: each.external_id ?? '',
            conclusion: each.conclusion ?? undefined,
            text: each.output.text ?? '',
            detailsUrl: each.details_url ?? '',
            app: each.app?.slug ?? '',
            completedAt: each.completed_at ?? undefined,
          }))
      } catch (thrown) {
        throw explainGithubError(thrown, 'The check runs of the commit cannot be read')
      }
    },

    async startDeployment(deployment, signal) {
      const find = async (): Promise<{ id: number } | undefined> => {
        const { data } = await octokit.rest.repos.listDeployments({
          ...at,
          sha: deployment.commit,
          environment: deployment.environment,
          per_page: 100,
          request: { signal },
        })
        return data.find((each) => keyOf(each.payload) === deployment.key)
      }
      try {
        const { id } = await createByKey(
          async () => {
            const { data } = await octokit.rest.repos.createDeployment({
              ...at,
              ref: deployment.commit,
              environment: deployment.environment,
              description: cut(redact(deployment.description)),
              // Without these GitHub would merge the default branch, or wait for our own pending status.
              auto_merge: false,
              required_contexts: [],
              payload: { stagegate: deployment.key },
              request: { signal },
            })
            if (!('id' in data)) throw new Error('GitHub merged instead of deploying')
            return { id: data.id }
          },
          find,
          clock,
          signal,
        )
        return { written: true, id }
      } catch (thrown) {
        return { written: false, reason: reasonOf('The deployment was not written', thrown) }
      }
    },

    setDeploymentState: (id, status, signal) =>
      bestEffort('The state of the deployment was not written', async () => {
        const description = cut(redact(status.description))
        const deployment = { ...at, deployment_id: id, request: { signal } }
        await createByKey(
          async () => {
            await octokit.rest.repos.createDeploymentStatus({
              ...deployment,
              state: status.state,
              description,
              log_url: status.logUrl,
              ...(status.environmentUrl === undefined ? {} : { environment_url: status.environmentUrl }),
            })
            return true
          },
          async () => {
            const { data } = await octokit.rest.repos.listDeploymentStatuses({ ...deployment, per_page: 1 })
            return data[0]?.state === status.state && data[0].description === description ? true : undefined
          },
          clock,
          signal,
        )
      }),
  }
}

async function bestEffort(what: string, write: () => Promise<void>): Promise<Written> {
  try {
    await write()
    return { written: true }
  } catch (thrown) {
    return { written: false, reason: reasonOf(what, thrown) }
  }
}

function reasonOf(what: string, thrown: unknown): string {
  const error = explainGithubError(thrown, what)
  return error.code === 'E_GITHUB_PERMISSION' ? `${error.message} ${error.next}` : error.message
}

function toApi(annotation: Annotation, redact: (text: string) => string) {
  const oneLine = annotation.startLine === annotation.endLine
  return {
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    // GitHub refuses columns on an annotation of several lines.
    ...(oneLine && annotation.startColumn !== undefined ? { start_column: annotation.startColumn } : {}),
    annotation_level: annotation.level,
    title: cut(redact(annotation.title), 255),
    message: cut(redact(annotation.message), 4_000),
  }
}

/** By UTF-16 units, as GitHub counts descriptions. */
function cut(text: string, limit = DESCRIPTION_LIMIT): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** The key in a deployment's payload, which GitHub gives back as an object or as text. */
function keyOf(payload: unknown): string | undefined {
  try {
    const value: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload
    return (value as { stagegate?: string } | null)?.stagegate
  } catch {
    return undefined
  }
}

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
