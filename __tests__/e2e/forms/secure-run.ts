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
import {
  type EarlierJobs,
  type JobCall,
  type JobEnd,
  type JobsEnd,
  runJobs,
} from '../../workflows/run-jobs.ts'
import { readWorkflow, type Workflow } from '../../workflows/workflow.ts'
import { type BundleOptions, type BundleResult, runBundle } from '../run-bundle.ts'
import { grantTo, type JobGrant } from './job-grant.ts'
import { eventOf, onFork, type RunEvent } from './run-event.ts'
import { createSmallRepository } from './small-repository.ts'

const called = 'stagegate/stagegate/.github/workflows/staging.yml'

export interface SecureOptions {
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Default: a push of the commit that is checked out to main. */
  readonly event?: RunEvent
  readonly attempt?: number
  /** Jobs of an earlier attempt that GitHub does not run again. */
  readonly earlier?: EarlierJobs
  /** Stands between two jobs, or in the place of one. */
  readonly onCall?: (call: JobCall, go: () => Promise<JobEnd>) => Promise<JobEnd>
  /** Somebody cancels the run when this job says this: every job that runs then gets what a runner sends. */
  readonly cancel?: { readonly job: string; readonly at: RegExp }
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
  readonly #cancelled = new Set<string>()
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
    await this.#registerRun(options, [`${called}@refs/tags/v1`])
    // GitHub lists under each attempt also the jobs that it has not run again.
    for (const [id, end] of Object.entries(options.earlier ?? {}))
      await this.#registerJob(`staging / ${id}`, end, options)
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
        secrets: options.event?.fork === true ? {} : { REGISTRY_PASSWORD: secrets.REGISTRY_PASSWORD },
      },
      async (call) => {
        const go = (): Promise<JobEnd> => this.#runCall(call, options)
        const end = await (options.onCall === undefined ? go() : options.onCall(call, go))
        await this.#registerJob(`staging / ${call.name}`, end, options)
        return end
      },
      options.earlier,
    )
  }

  /** Runs a job that stands alone in its workflow, as in the one-job form and in each step of the other. */
  async runAlone(
    call: JobCall,
    run: (call: JobCall) => Promise<BundleResult>,
    options: SecureOptions = {},
  ): Promise<BundleResult> {
    await this.#registerRun(options, [])
    const result = await run(call)
    const end = { result: result.exitCode === 0 ? 'success' : 'failure', outputs: result.outputs } as const
    await this.#registerJob(call.name, end, options)
    return result
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

  /** The call of the bundle that a runner makes for a job. */
  async bundleOptions(call: JobCall, options: SecureOptions): Promise<BundleOptions> {
    const { testbed } = this
    const commit = this.head()
    const event = options.event ?? eventOf('push', commit)
    const { environment } = call
    const permissions = event.fork ? onFork(call.permissions) : call.permissions
    const attempt = options.attempt ?? 1
    const grant = await grantTo({
      ...{ testbed, artifacts: this.artifacts, permissions, environment, commit },
      ...{ ref: event.ref, event: event.name, runId: this.runId, attempt },
    })
    this.grants.set(call.name, grant)
    return {
      folder: this.folder,
      workspace: this.checkOut(commit),
      event: event.payload,
      env: {
        ...runnerEnvironment(testbed),
        GITHUB_API_URL: testbed.github.url,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: fullName,
        GITHUB_REPOSITORY_OWNER: repository.owner,
        GITHUB_EVENT_NAME: event.name,
        GITHUB_SHA: commit,
        GITHUB_REF: event.ref,
        GITHUB_RUN_ID: this.runId,
        GITHUB_RUN_NUMBER: '7',
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_WORKFLOW: 'staging',
        GITHUB_WORKFLOW_REF: `${fullName}/${workflowPath}@${event.ref}`,
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
    const { cancel } = options
    const state = { cancelled: false }
    // All jobs of a run are asked at the same time, whichever of them gives the word.
    const isTime = (_: string, log: string): boolean => {
      if (cancel?.job === call.job && cancel.at.test(log)) this.#cancelled.add(this.runId)
      return (state.cancelled = this.#cancelled.has(this.runId))
    }
    const result = await runBundle({
      ...(await this.bundleOptions(call, options)),
      ...(cancel === undefined || call.job === 'report'
        ? {}
        : { interrupt: { when: isTime, act: 'SIGINT' } }),
    })
    this.results.set(call.name, result)
    const ended = result.exitCode === 0 ? 'success' : 'failure'
    return { result: state.cancelled ? 'cancelled' : ended, outputs: result.outputs }
  }

  async #registerRun(options: SecureOptions, calls: readonly string[]): Promise<void> {
    const api = `${this.testbed.github.url}/_testbed`
    await post(`${api}/repositories`, { ...repository, gitDir: this.repository.bare, private: true })
    const record = {
      ...{ id: Number(this.runId), attempt: options.attempt ?? 1, headSha: this.head() },
      ...{ event: options.event?.name ?? 'push', path: workflowPath, called: calls },
    }
    await post(`${api}/records`, { repository: fullName, kind: 'runs', record })
  }

  async #registerJob(name: string, { result }: JobEnd, { attempt = 1 }: SecureOptions): Promise<void> {
    const record = {
      runId: Number(this.runId),
      attempt,
      name,
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
