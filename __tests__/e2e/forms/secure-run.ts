import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fullName, post, repository, workflowPath } from '../../../script/lib/demo/github-job.ts'
import { repositorySettings, runnerEnvironment } from '../../../script/lib/demo/job-environment.ts'
import { git, type SampleRepository } from '../../../script/lib/demo/sample-repository.ts'
import { readTestbed, type TestbedDescription } from '../../../script/lib/testbed/description.ts'
import type { Repository } from '../../systems/github/repository.ts'
import { type GithubServer, startGithubServer } from '../../systems/github/server.ts'
import type { State } from '../../systems/github/state.ts'
import { type ArtifactServer, startArtifactServer } from '../../systems/artifacts/artifact-server.ts'
import { type JobCall, type JobEnd, type JobsEnd, runJobs } from '../../workflows/run-jobs.ts'
import { readWorkflow, type Workflow } from '../../workflows/workflow.ts'
import { type BundleOptions, type BundleResult, runBundle } from '../run-bundle.ts'
import { createSmallRepository } from './small-repository.ts'

const called = 'stagegate/stagegate/.github/workflows/staging.yml'

/** What a runner gives to a job, and to no other. */
export interface JobGrant {
  readonly token: string
  readonly env: Readonly<Record<string, string>>
}

export interface SecureOptions {
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly event?: { readonly name: string; readonly ref: string; readonly payload: object }
  readonly attempt?: number
  /** Jobs of an earlier attempt that GitHub does not run again. */
  readonly earlier?: JobsEnd['jobs']
  /** Stands between two jobs, or in the place of one. */
  readonly onCall?: (call: JobCall, go: () => Promise<JobEnd>) => Promise<JobEnd>
}

/** A repository on the testbed whose commits go through the jobs of the reusable workflow, each with its own rights alone. */
export class SecureRun implements AsyncDisposable {
  readonly testbed: TestbedDescription
  readonly #server: GithubServer
  readonly folder = mkdtempSync(join(tmpdir(), 'stagegate-forms-'))
  readonly workflow: Workflow = readWorkflow('.github/workflows/staging.yml')
  readonly repository: SampleRepository
  readonly artifacts: ArtifactServer
  /** By the names of their jobs. */
  readonly results = new Map<string, BundleResult>()
  readonly grants = new Map<string, JobGrant>()
  #runId = Math.floor(Date.now() / 1000)
  #workspaces = 0

  private constructor(artifacts: ArtifactServer, server: GithubServer) {
    this.artifacts = artifacts
    this.#server = server
    // A GitHub of its own: nobody else registers the repository meanwhile.
    this.testbed = { ...readTestbed(), github: { url: server.url } }
    this.repository = createSmallRepository(this.folder, this.testbed)
  }

  static async open(): Promise<SecureRun> {
    return new SecureRun(await startArtifactServer(), await startGithubServer())
  }

  head(): string {
    return git(this.repository.folder, 'rev-parse', 'HEAD')
  }

  newRun(): void {
    this.#runId += 1
  }

  get runId(): string {
    return String(this.#runId)
  }

  /** Runs the reusable workflow for the commit that is checked out. */
  async run(options: SecureOptions = {}): Promise<JobsEnd> {
    const { variables, secrets } = repositorySettings(this.testbed)
    await this.#registerRun(options)
    return runJobs(
      this.workflow,
      {
        inputs: {
          image: `${this.testbed.registry.address}/acme/small-service`,
          'registry-username': variables.REGISTRY_USERNAME,
          'vault-url': variables.VAULT_URL,
          'vault-role': 'staging',
          'vault-ca-certificate': variables.VAULT_CA_CERTIFICATE,
          'kubernetes-server': variables.KUBERNETES_SERVER,
          'kubernetes-ca-certificate': variables.KUBERNETES_CA_CERTIFICATE,
          'kubernetes-audience': variables.KUBERNETES_AUDIENCE,
          ...options.inputs,
        },
        secrets: { 'registry-password': secrets.REGISTRY_PASSWORD },
      },
      async (call) => {
        const go = (): Promise<JobEnd> => this.#runCall(call, options)
        const end = await (options.onCall === undefined ? go() : options.onCall(call, go))
        await this.#registerJob(call, end, options)
        return end
      },
      options.earlier,
    )
  }

  /** What GitHub keeps of the commit. */
  async github(
    commit = this.head(),
  ): Promise<Pick<Repository, 'statuses' | 'deployments'> & { checks: Repository['checkRuns'] }> {
    const state = (await (await fetch(`${this.testbed.github.url}/_testbed/state`)).json()) as State
    const found = state.repositories.find(({ owner, name }) => `${owner}/${name}` === fullName)
    return {
      statuses: (found?.statuses ?? []).filter((each) => each.sha === commit),
      checks: (found?.checkRuns ?? []).filter((each) => each.headSha === commit),
      deployments: (found?.deployments ?? []).filter((each) => each.sha === commit),
    }
  }

  /** The workspace of one job: a clone of its own, as a runner makes it. */
  checkOut(commit: string): string {
    this.#workspaces += 1
    const workspace = join(this.folder, `workspace-${this.#workspaces}`)
    git(this.folder, 'clone', '--quiet', this.repository.folder, workspace)
    git(workspace, 'checkout', '--quiet', '--detach', commit)
    return workspace
  }

  async grant(call: JobCall, options: SecureOptions): Promise<JobGrant> {
    const { testbed } = this
    const { permissions } = call
    const { token } = (await post(`${testbed.github.url}/_testbed/tokens`, {
      ...{ repository: fullName, kind: 'actions', permissions },
    })) as { token: string }
    const claims = {
      ...{ repository: fullName, repository_owner: repository.owner, sha: this.head() },
      ...{ ref: options.event?.ref ?? 'refs/heads/main', event_name: options.event?.name ?? 'push' },
      ...{ run_id: this.runId, run_attempt: String(options.attempt ?? 1) },
      ...(call.environment === undefined ? {} : { environment: call.environment }),
    }
    const identity = (await post(
      testbed.oidc.jobs,
      { claims, permissions },
      testbed.certificates.authority,
    )) as {
      requestToken: string | null
      requestUrl: string | null
    }
    return {
      token,
      env: {
        ...this.artifacts.startJob(this.runId),
        ...(identity.requestToken === null || identity.requestUrl === null
          ? {}
          : {
              ACTIONS_ID_TOKEN_REQUEST_URL: identity.requestUrl,
              ACTIONS_ID_TOKEN_REQUEST_TOKEN: identity.requestToken,
            }),
      },
    }
  }

  /** The call of the bundle that a runner makes for a job. */
  async bundleOptions(call: JobCall, options: SecureOptions): Promise<BundleOptions> {
    const { testbed } = this
    const commit = this.head()
    const grant = await this.grant(call, options)
    this.grants.set(call.name, grant)
    const {
      name: event,
      ref,
      payload,
    } = options.event ?? {
      name: 'push',
      ref: 'refs/heads/main',
      payload: {
        ref: 'refs/heads/main',
        after: commit,
        repository: { full_name: fullName },
        head_commit: { id: commit },
      },
    }
    return {
      folder: this.folder,
      workspace: this.checkOut(commit),
      event: payload,
      env: {
        ...runnerEnvironment(testbed),
        GITHUB_API_URL: testbed.github.url,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: fullName,
        GITHUB_REPOSITORY_OWNER: repository.owner,
        GITHUB_EVENT_NAME: event,
        GITHUB_SHA: commit,
        GITHUB_REF: ref,
        GITHUB_RUN_ID: this.runId,
        GITHUB_RUN_NUMBER: '7',
        GITHUB_RUN_ATTEMPT: String(options.attempt ?? 1),
        GITHUB_WORKFLOW: 'staging',
        GITHUB_WORKFLOW_REF: `${fullName}/${workflowPath}@${ref}`,
        GITHUB_ACTION_REPOSITORY: 'stagegate/stagegate',
        GITHUB_JOB: call.job,
        GITHUB_ACTOR: 'ada',
        RUNNER_NAME: call.name,
        ...grant.env,
      },
      inputs: { 'github-token': grant.token, ...call.inputs },
    }
  }

  async #runCall(call: JobCall, options: SecureOptions): Promise<JobEnd> {
    const result = await runBundle(await this.bundleOptions(call, options))
    this.results.set(call.name, result)
    return { result: result.exitCode === 0 ? 'success' : 'failure', outputs: result.outputs }
  }

  async #registerRun(options: SecureOptions): Promise<void> {
    const api = `${this.testbed.github.url}/_testbed`
    await post(`${api}/repositories`, { ...repository, gitDir: this.repository.bare, private: true })
    const record = {
      ...{ id: Number(this.runId), attempt: options.attempt ?? 1, headSha: this.head() },
      ...{ event: options.event?.name ?? 'push', path: workflowPath, called: [`${called}@refs/tags/v1`] },
    }
    await post(`${api}/records`, { repository: fullName, kind: 'runs', record })
  }

  async #registerJob({ name }: JobCall, { result }: JobEnd, { attempt = 1 }: SecureOptions): Promise<void> {
    const record = {
      runId: Number(this.runId),
      attempt,
      name: `staging / ${name}`,
      status: 'completed',
      conclusion: result,
    }
    await post(`${this.testbed.github.url}/_testbed/records`, { repository: fullName, kind: 'jobs', record })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.artifacts[Symbol.asyncDispose]()
    await this.#server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
