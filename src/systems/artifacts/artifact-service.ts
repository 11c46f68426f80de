import { StagegateError } from '../../errors/index.ts'
import { HttpFailure } from '../http/http-failure.ts'
import type { Http, HttpAnswer } from '../http/http.ts'
import { decodeClaims } from '../runner/claims.ts'

/** Names a run and a job of it to the service; from the scope of the job's runtime token. */
export interface BackendIds {
  readonly run: string
  readonly job: string
}

export interface StoredArtifact {
  readonly name: string
  readonly ids: BackendIds
  readonly databaseId: number
}

/**
 * The results service of GitHub Actions, protocol version 4, which `@actions/artifact` talks to as well: Twirp calls with
 * JSON. `act` has it too; GitHub Enterprise Server has an older one.
 */
export interface ArtifactService {
  create(name: string, expiresAt: Date, signal: AbortSignal): Promise<{ readonly uploadUrl: string }>
  finalize(name: string, bytes: number, digest: string, signal: AbortSignal): Promise<void>
  /** Newest first. */
  find(name: string, signal: AbortSignal): Promise<readonly StoredArtifact[]>
  downloadUrl(artifact: StoredArtifact, signal: AbortSignal): Promise<string>
}

const policy = { attempts: 5, attemptMs: 10_000, totalMs: 60_000, firstDelayMs: 500, maxDelayMs: 5000 }

export interface ServiceOptions {
  readonly http: Http
  /** Where ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws StagegateError E_ARTIFACT_UNAVAILABLE where the runner offers no such service */
export function openArtifactService({ http, env }: ServiceOptions): ArtifactService {
  const token = env.ACTIONS_RUNTIME_TOKEN ?? ''
  const url = env.ACTIONS_RESULTS_URL ?? ''
  const ids = readIds(token)
  if (ids === undefined || !URL.canParse(url)) {
    throw new StagegateError('E_ARTIFACT_UNAVAILABLE', {
      message:
        'The runner offers no artifact service of version 4 (ACTIONS_RESULTS_URL, ACTIONS_RUNTIME_TOKEN).',
    })
  }
  const own = { workflow_run_backend_id: ids.run, workflow_job_run_backend_id: ids.job }

  async function call(method: string, body: object, repeatable: boolean, signal: AbortSignal) {
    const answer = await send(method, body, repeatable, signal)
    if (answer.status === 200) {
      const value = answer.json()
      if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
    }
    throw new StagegateError(answer.status === 200 ? 'E_ARTIFACT_INVALID' : 'E_ARTIFACT_UNAVAILABLE', {
      message: `The artifact service answered ${answer.describe()} to ${method}.`,
    })
  }

  async function send(
    method: string,
    body: object,
    repeatable: boolean,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    try {
      return await http.send({
        system: 'artifacts',
        method: 'POST',
        url: new URL(`/twirp/github.actions.results.api.v1.ArtifactService/${method}`, url).href,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        accept: 'json',
        repeatable,
        policy,
        signal,
      })
    } catch (thrown) {
      if (!(thrown instanceof HttpFailure)) throw thrown
      throw new StagegateError('E_ARTIFACT_UNAVAILABLE', { message: `${thrown.message}.`, cause: thrown })
    }
  }

  return {
    async create(name, expiresAt, signal) {
      const body = { ...own, name, version: 4, expires_at: expiresAt.toISOString() }
      const answer = await call('CreateArtifact', body, false, signal)
      const uploadUrl = textOf(answer, 'signed_upload_url')
      if (answer.ok !== true || uploadUrl === undefined || !URL.canParse(uploadUrl))
        throw senseless('CreateArtifact')
      return { uploadUrl }
    },
    async finalize(name, bytes, digest, signal) {
      const answer = await call(
        'FinalizeArtifact',
        { ...own, name, size: String(bytes), hash: digest },
        true,
        signal,
      )
      if (answer.ok !== true) throw senseless('FinalizeArtifact')
    },
    async find(name, signal) {
      const answer = await call('ListArtifacts', { ...own, name_filter: name }, true, signal)
      const listed: unknown = answer.artifacts ?? []
      if (!Array.isArray(listed)) throw senseless('ListArtifacts')
      return listed
        .map((each: unknown) => parseArtifact(each))
        .filter((each) => each?.name === name)
        .filter((each) => each !== undefined)
        .toSorted((one, other) => other.databaseId - one.databaseId)
    },
    async downloadUrl({ name, ids: { run, job } }, signal) {
      const body = { workflow_run_backend_id: run, workflow_job_run_backend_id: job, name }
      const signedUrl = textOf(await call('GetSignedArtifactURL', body, true, signal), 'signed_url')
      if (signedUrl === undefined || !URL.canParse(signedUrl)) throw senseless('GetSignedArtifactURL')
      return signedUrl
    },
  }
}

/** The runtime token has the ids in its scope: `Actions.Results:<run>:<job>` among others. */
function readIds(token: string): BackendIds | undefined {
  const scopes = decodeClaims(token)?.scp
  if (typeof scopes !== 'string') return undefined
  const [, run, job] = /(?:^| )Actions\.Results:([^: ]+):([^: ]+)(?: |$)/.exec(scopes) ?? []
  return run === undefined || job === undefined ? undefined : { run, job }
}

function parseArtifact(value: unknown): StoredArtifact | undefined {
  const record = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >
  const name = textOf(record, 'name')
  const run = textOf(record, 'workflow_run_backend_id')
  const job = textOf(record, 'workflow_job_run_backend_id')
  const databaseId = Number(record.database_id ?? record.databaseId)
  if (name === undefined || run === undefined || job === undefined || !Number.isSafeInteger(databaseId)) {
    return undefined
  }
  return { name, ids: { run, job }, databaseId }
}

/** A field by its name in the protocol file; JSON of protocol buffers may have it in camel case too. */
function textOf(record: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value =
    record[field] ?? record[field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function senseless(method: string): StagegateError {
  return new StagegateError('E_ARTIFACT_INVALID', {
    message: `The artifact service gave an answer to ${method} that makes no sense.`,
  })
}
