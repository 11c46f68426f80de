import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  fullName,
  post,
  readJobPermissions,
  repository,
  startGithubJob,
  workflowPath,
} from '../../script/lib/demo/github-job.ts'
import { repositorySettings, runnerEnvironment } from '../../script/lib/demo/job-environment.ts'
import {
  commitAll,
  createSampleRepository,
  git,
  type SampleRepository,
} from '../../script/lib/demo/sample-repository.ts'
import { readTestbed, type TestbedDescription } from '../../script/lib/testbed/description.ts'
import { pushOf } from '../fixtures/events/payloads.ts'
import type { Repository } from '../systems/github/repository.ts'
import type { RequestRecord, State } from '../systems/github/state.ts'
import { applyEdits } from './apply-edits.ts'
import type { Edit } from './failing-variants.ts'
import { type BundleOptions, type BundleResult, runBundle } from './run-bundle.ts'

const root = dirname(dirname(import.meta.dirname))

export interface CallOptions {
  /** Inputs beside those that the sample's workflow gives. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly attempt?: number
  /** In place of a push of the commit that is checked out to main. */
  readonly event?: CallEvent
  /** In place of the repository's work tree. */
  readonly workspace?: string
  readonly interrupt?: BundleOptions['interrupt']
  readonly post?: boolean
  readonly beforePost?: BundleOptions['beforePost']
  readonly temporary?: string
  /** In place of the repository's: where the runner keeps its files and RUNNER_TEMP. */
  readonly folder?: string
  /** Given by `newRun`, for calls that run at the same time. Default: the last one. */
  readonly runId?: number
}

/** What starts a run, as GitHub tells it. */
export interface CallEvent {
  readonly name: string
  readonly sha: string
  readonly ref: string
  readonly payload: object
  readonly actor: string
}

/** A repository of the sample on the testbed, whose commits the bundle is called for. */
export class SampleRun {
  readonly testbed: TestbedDescription = readTestbed()
  readonly folder = mkdtempSync(join(tmpdir(), 'stagegate-e2e-'))
  readonly repository: SampleRepository
  #runId = Math.floor(Date.now() / 1000)
  readonly #tokens: string[] = []
  #machines = 0

  constructor() {
    this.repository = createSampleRepository({
      sample: join(root, 'examples', 'ai-gen-service'),
      folder: this.folder,
      testbed: this.testbed,
    })
    git(this.repository.folder, 'push', '--quiet', 'origin', 'main')
  }

  /** Commits edits on top of the first commit and pushes them; the commit. */
  async commit(title: string, edits: readonly Edit[]): Promise<string> {
    const { folder } = this.repository
    git(folder, 'checkout', '--quiet', '--force', '-B', 'main', 'origin/main')
    git(folder, 'clean', '--quiet', '--force', '-d')
    await applyEdits(folder, edits)
    const commit = commitAll(folder, title)
    git(folder, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/work-${commit.slice(0, 12)}`)
    return commit
  }

  /** The tokens that the runner has given to the calls so far. */
  tokens(): readonly string[] {
    return this.#tokens.filter((token) => token !== '')
  }

  /** A clone of its own at the commit that is checked out, as every runner has that is new. */
  newMachine(): string {
    this.#machines += 1
    const workspace = join(this.folder, `machine-${this.#machines}`, 'ai-gen-service')
    git(this.folder, 'clone', '--quiet', '--no-checkout', this.repository.bare, workspace)
    git(workspace, 'checkout', '--quiet', '--detach', this.head())
    return workspace
  }

  head(): string {
    return git(this.repository.folder, 'rev-parse', 'HEAD')
  }

  /** Its id. */
  newRun(): number {
    this.#runId += 1
    return this.#runId
  }

  /** Calls the bundle for an event; without one, for the commit that is checked out, as a push to main. */
  async call(options: CallOptions = {}): Promise<BundleResult> {
    const { testbed, repository: sample } = this
    await this.#beginHour()
    const event = options.event ?? this.#push()
    const workflow = join(sample.folder, '.github', 'workflows', 'staging.yml')
    const attempt = options.attempt ?? 1
    const runId = String(options.runId ?? this.#runId)
    const job = await startGithubJob({
      testbed,
      gitDir: sample.bare,
      permissions: options.permissions ?? readJobPermissions(workflow),
      commit: event.sha,
      ref: event.ref,
      event: event.name,
      runId,
      runAttempt: attempt,
      environment: 'staging',
    })
    this.#tokens.push(job.token, job.idToken?.requestToken ?? '')
    const { variables, secrets } = repositorySettings(testbed)
    return runBundle({
      folder: options.folder ?? this.folder,
      workspace: options.workspace ?? sample.folder,
      event: event.payload,
      env: {
        ...runnerEnvironment(testbed),
        GITHUB_API_URL: testbed.github.url,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: fullName,
        GITHUB_REPOSITORY_OWNER: repository.owner,
        GITHUB_EVENT_NAME: event.name,
        GITHUB_SHA: event.sha,
        GITHUB_REF: event.ref,
        GITHUB_REF_NAME: event.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
        GITHUB_REF_TYPE: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
        GITHUB_RUN_ID: runId,
        GITHUB_RUN_NUMBER: '7',
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_WORKFLOW: 'staging',
        GITHUB_WORKFLOW_REF: `${fullName}/${workflowPath}@refs/heads/main`,
        GITHUB_JOB: 'staging',
        GITHUB_ACTOR: event.actor,
        ...(job.idToken === undefined
          ? {}
          : {
              ACTIONS_ID_TOKEN_REQUEST_URL: job.idToken.requestUrl,
              ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.idToken.requestToken,
            }),
        ...options.env,
      },
      inputs: {
        'github-token': job.token,
        from: 'auto',
        image: variables.IMAGE ?? '',
        'registry-username': variables.REGISTRY_USERNAME ?? '',
        'registry-password': secrets.REGISTRY_PASSWORD ?? '',
        'vault-url': variables.VAULT_URL ?? '',
        'vault-role': 'staging',
        'vault-ca-certificate': variables.VAULT_CA_CERTIFICATE ?? '',
        'kubernetes-server': variables.KUBERNETES_SERVER ?? '',
        'kubernetes-ca-certificate': variables.KUBERNETES_CA_CERTIFICATE ?? '',
        'kubernetes-audience': testbed.kubernetes.audience,
        'ssh-key': secrets.NODES_SSH_KEY ?? '',
        'ssh-known-hosts': variables.NODES_SSH_KNOWN_HOSTS ?? '',
        ...options.inputs,
      },
      ...(options.interrupt === undefined ? {} : { interrupt: options.interrupt }),
      ...(options.post === undefined ? {} : { post: options.post }),
      ...(options.beforePost === undefined ? {} : { beforePost: options.beforePost }),
      ...(options.temporary === undefined ? {} : { temporary: options.temporary }),
    })
  }

  #push(): CallEvent {
    const sha = this.head()
    const ref = 'refs/heads/main'
    return { name: 'push', sha, ref, actor: 'ada', payload: pushOf({ ref, after: sha }) }
  }

  /** What GitHub does with a run whose machine it has not heard of for some minutes. */
  async giveUp(runId: number): Promise<void> {
    const run = { id: runId, attempt: 1, headSha: this.head(), event: 'push', path: workflowPath }
    const record = { ...run, status: 'completed', conclusion: 'failure' }
    await post(`${this.testbed.github.url}/_testbed/records`, { repository: fullName, kind: 'runs', record })
  }

  /** GitHub lets a repository's jobs ask 1,000 times an hour, which is some thirty runs; these come in minutes. */
  async #beginHour(): Promise<void> {
    const url = `${this.testbed.github.url}/_testbed/hour`
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ repository: fullName }) })
    // A testbed that was brought up before this could be asked.
    if (status !== 200 && status !== 404) throw new Error(`POST ${url}: ${status}`)
  }

  /** What the testbed's GitHub has of the commit. */
  async github(commit: string): Promise<GithubView> {
    const state = (await (await fetch(`${this.testbed.github.url}/_testbed/state`)).json()) as State
    const found = state.repositories.find(({ owner, name }) => `${owner}/${name}` === fullName)
    return {
      statuses: (found?.statuses ?? []).filter((each) => each.sha === commit),
      checks: (found?.checkRuns ?? []).filter((each) => each.headSha === commit),
      deployments: (found?.deployments ?? []).filter((each) => each.sha === commit),
    }
  }

  /** What one run wrote there, of a commit that several runs are about. */
  async githubOfRun(commit: string, runId: number): Promise<GithubView> {
    const { statuses, checks, deployments } = await this.github(commit)
    const isOurs = (url: string | null | undefined): boolean => url?.includes(`/runs/${runId}/`) ?? false
    return {
      statuses: statuses.filter(({ targetUrl }) => isOurs(targetUrl)),
      checks: checks.filter(({ detailsUrl }) => isOurs(detailsUrl)),
      deployments: deployments.filter(({ payload }) => JSON.stringify(payload).includes(`/${runId}/`)),
    }
  }

  /** Requests for the sample's repository that the testbed's GitHub has had. */
  async requests(): Promise<readonly RequestRecord[]> {
    const answer = await fetch(`${this.testbed.github.url}/_testbed/requests`)
    const all = (await answer.json()) as readonly RequestRecord[]
    return all.filter(({ path }) => path.startsWith(`/repos/${fullName}/`))
  }

  /** Requests that do not fit GitHub's description of its API, whoever sent them. */
  async violations(): Promise<unknown> {
    return (await fetch(`${this.testbed.github.url}/_testbed/violations`)).json()
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** What GitHub keeps of one commit. */
export type GithubView = Pick<Repository, 'statuses' | 'deployments'> & {
  readonly checks: Repository['checkRuns']
}
