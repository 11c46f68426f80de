import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
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
  /**
   * Opens an artifact for writing. When it is not known whether the service took a name, another one is taken: what a
   * lost answer left behind is empty, never finished, and not listed.
   *
   * @param newName gives another name each time
   */
  create(
    newName: () => string,
    expiresAt: Date,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly uploadUrl: string }>
  finalize(name: string, bytes: number, digest: string, signal: AbortSignal): Promise<void>
  /** Newest first. */
  find(name: string, signal: AbortSignal): Promise<readonly StoredArtifact[]>
  downloadUrl(artifact: StoredArtifact, signal: AbortSignal): Promise<string>
}

/** An artifact is opened under so many names; milliseconds between them, more each time. */
const CREATE_TRIES = 4
const CREATE_DELAY_MS = 500

const policy = { attempts: 5, attemptMs: 10_000, totalMs: 60_000, firstDelayMs: 500, maxDelayMs: 5000 }

export interface ServiceOptions {
  readonly http: Http
  readonly clock: Clock
  /** Where ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws StagegateError E_ARTIFACT_UNAVAILABLE where the runner offers no such service */
export function openArtifactService({ http, clock, env }: ServiceOptions): ArtifactService {
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

  async function call(method: string, body: object, signal: AbortSignal) {
    return read(method, await send(method, body, true, signal))
  }

  function read(method: string, answer: HttpAnswer): Readonly<Record<string, unknown>> {
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

  function readUploadUrl(sent: HttpAnswer): string {
    const answer = read('CreateArtifact', sent)
    const uploadUrl = textOf(answer, 'signed_upload_url')
    if (answer.ok !== true || uploadUrl === undefined || !URL.canParse(uploadUrl))
      throw senseless('CreateArtifact')
    return uploadUrl
  }

  async function find(name: string, signal: AbortSignal): Promise<readonly StoredArtifact[]> {
    const answer = await call('ListArtifacts', { ...own, name_filter: name }, signal)
    const listed: unknown = answer.artifacts ?? []
    if (!Array.isArray(listed)) throw senseless('ListArtifacts')
    return listed
      .map((each: unknown) => parseArtifact(each))
      .filter((each) => each?.name === name)
      .filter((each) => each !== undefined)
      .toSorted((one, other) => other.databaseId - one.databaseId)
  }

  return {
    async create(newName, expiresAt, signal) {
      for (let tries = 1; ; tries += 1) {
        const name = newName()
        const body = { ...own, name, version: 4, expires_at: expiresAt.toISOString() }
        const isLast = tries === CREATE_TRIES
        const sent = await send('CreateArtifact', body, false, signal).catch((thrown: unknown) => {
          if (isLast || !(thrown instanceof StagegateError) || signal.aborted) throw thrown
        })
        if (sent !== undefined && (isLast || !isLost(sent.status)))
          return { name, uploadUrl: readUploadUrl(sent) }
        await clock.sleep(CREATE_DELAY_MS * 2 ** (tries - 1), signal)
      }
    },
    async finalize(name, bytes, digest, signal) {
      const body = { ...own, name, size: String(bytes), hash: digest }
      try {
        const answer = await call('FinalizeArtifact', body, signal)
        if (answer.ok !== true) throw senseless('FinalizeArtifact')
      } catch (thrown) {
        // A refusal may be the second answer, after the first one was lost; only what is finished is listed.
        const found = signal.aborted ? [] : await find(name, signal).catch(() => [])
        if (found.length === 0) throw thrown
      }
    },
    find,
    async downloadUrl({ name, ids: { run, job } }, signal) {
      const body = { workflow_run_backend_id: run, workflow_job_run_backend_id: job, name }
      const signedUrl = textOf(await call('GetSignedArtifactURL', body, signal), 'signed_url')
      if (signedUrl === undefined || !URL.canParse(signedUrl)) throw senseless('GetSignedArtifactURL')
      return signedUrl
    },
  }
}

/** Whether an answer leaves open what became of the request, or says that the name is taken. */
function isLost(status: number): boolean {
  return status >= 500 || status === 408 || status === 409 || status === 429
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
