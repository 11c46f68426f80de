import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestbedDescription } from '../testbed/description.ts'
import { fullName, post, readJobPermissions, repository, startGithubJob, workflowPath } from './github-job.ts'
import { repositorySettings, runnerEnvironment } from './job-environment.ts'
import { forEngine } from './engine-workflow.ts'
import { git } from './sample-repository.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))

export interface WorkflowOptions {
  readonly testbed: TestbedDescription
  /** Bare repository that was pushed to. */
  readonly bare: string
  readonly commit: string
  readonly before: string
  readonly ref: string
  /** For the run's files: workspace, event, log, summary. Made anew. */
  readonly folder: string
  readonly runNumber: number
  /** Inputs of `workflow_dispatch`, such as `from`; undefined for a push. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Of a pull request in place of a push: its number. The commit is its head. */
  readonly pullRequest?: number
  /** Port for the engine's artifact server, which jobs that hand over need. */
  readonly artifactPort?: number
  /** In place of what the sample's repository has in its settings. */
  readonly settings?: {
    readonly variables: Readonly<Record<string, string>>
    readonly secrets: Readonly<Record<string, string>>
  }
  /** Gets each line of the engine's output. */
  readonly onLine: (line: string) => void
}

export interface WorkflowResult {
  readonly exitCode: number
  /** The job summary, as GitHub would render it. */
  readonly summary: string
  readonly durationMs: number
}

/** Runs the sample's own workflow with the workflow engine `act` on the host, as a push would start it on a runner. */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowResult> {
  const { testbed, folder, commit } = options
  const event =
    options.pullRequest !== undefined
      ? 'pull_request'
      : options.inputs === undefined
        ? 'push'
        : 'workflow_dispatch'
  rmSync(folder, { recursive: true, force: true })
  const workspace = join(folder, repository.name)
  mkdirSync(folder, { recursive: true })
  git(folder, 'clone', '--quiet', options.bare, workspace)
  git(workspace, 'checkout', '--quiet', '-B', options.ref.replace('refs/heads/', ''), commit)
  writeFileSync(join(folder, 'event.json'), JSON.stringify(payload(options), null, 2))
  const file = join(workspace, '.github', 'workflows', 'staging.yml')
  const permissions = readJobPermissions(file)
  const called = calledBy(readFileSync(file, 'utf8'))
  const runId = String(1_000_000 + options.runNumber)
  const job = await startGithubJob({
    testbed,
    gitDir: options.bare,
    permissions,
    commit,
    ref: options.ref,
    event,
    runId,
    runAttempt: 1,
    environment: 'staging',
    called,
  })
  const { variables, secrets } = options.settings ?? repositorySettings(testbed)
  const env: Record<string, string> = {
    ...runnerEnvironment(testbed),
    GITHUB_API_URL: testbed.github.url,
    GITHUB_REPOSITORY: fullName,
    GITHUB_REPOSITORY_OWNER: repository.owner,
    GITHUB_RUN_ID: runId,
    GITHUB_WORKFLOW_REF: `${fullName}/${workflowPath}@${options.ref}`,
    GITHUB_RUN_NUMBER: String(options.runNumber),
    RUNNER_TEMP: makeFolder(folder, 'temp'),
    RUNNER_TOOL_CACHE: makeFolder(folder, 'tools'),
    ...(job.idToken === undefined
      ? {}
      : {
          ACTIONS_ID_TOKEN_REQUEST_URL: job.idToken.requestUrl,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.idToken.requestToken,
        }),
  }
  writeFileSync(join(folder, 'env'), dotenv(env), { mode: 0o600 })
  writeFileSync(join(folder, 'vars'), dotenv(variables), { mode: 0o600 })
  writeFileSync(join(folder, 'secrets'), dotenv({ ...secrets, GITHUB_TOKEN: job.token }), { mode: 0o600 })
  const started = performance.now()
  const log: string[] = []
  const exitCode = await runAct(options, event, workspace, env, (line) => {
    log.push(line)
    options.onLine(line)
  })
  const durationMs = performance.now() - started
  if (called.length > 0) await registerJobs(testbed, Number(runId), log)
  const summary = findSummary(log)
  writeFileSync(join(folder, 'summary.md'), summary)
  return { exitCode, summary, durationMs }
}

/** The reusable workflows of others that a workflow calls, as GitHub names them: with the ref in full. */
function calledBy(workflow: string): readonly string[] {
  return [...workflow.matchAll(/^ {4}uses: (\S+\.yml)@(v\S+)/gm)].map(
    ([, path, tag]) => `${path}@refs/tags/${tag}`,
  )
}

/** Tells GitHub, which did not run them, how the jobs of a called workflow ended: `staging / build`. */
async function registerJobs(
  testbed: TestbedDescription,
  runId: number,
  log: readonly string[],
): Promise<void> {
  for (const line of log) {
    const [, caller, name, end] =
      /^\[[^/\]]+\/([^/\]]+)\/([^\]]+)\] 🏁 +Job (succeeded|failed)/u.exec(line) ?? []
    if (end === undefined) continue
    const conclusion = end === 'succeeded' ? 'success' : 'failure'
    const record = { runId, name: `${caller} / ${name?.trimEnd()}`, status: 'completed', conclusion }
    await post(`${testbed.github.url}/_testbed/records`, { repository: fullName, kind: 'jobs', record })
  }
}

/** The job summary: the engine gives each step a summary file of its own, prints it at the step's end, and removes it. */
function findSummary(log: readonly string[]): string {
  const mark = /^\[[^\]]*\]\s+⚙ {2}Summary - /u
  const start = log.findIndex((line) => mark.test(line))
  if (start < 0) return ''
  const rest = log.slice(start + 1)
  const end = rest.findIndex((line) => /^\[[\w-]+\/[\w-]+\]/.test(line))
  return [log[start]?.replace(mark, '') ?? '', ...rest.slice(0, end < 0 ? undefined : end)].join('\n')
}

function makeFolder(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

/** What GitHub sends for the event, as far as the runner and actions read it. */
function payload(options: WorkflowOptions): object {
  const about = {
    repository: {
      id: 101,
      full_name: fullName,
      name: repository.name,
      owner: { login: repository.owner },
      default_branch: 'main',
    },
    sender: { login: 'ada' },
  }
  if (options.pullRequest !== undefined) {
    const repo = { full_name: fullName }
    const head = { sha: options.commit, ref: 'work', repo }
    const pull = { number: options.pullRequest, head, base: { ref: 'main', repo } }
    return { action: 'synchronize', number: options.pullRequest, pull_request: pull, ...about }
  }
  if (options.inputs !== undefined) return { ref: options.ref, inputs: options.inputs, ...about }
  return {
    ref: options.ref,
    before: options.before,
    after: options.commit,
    head_commit: { id: options.commit },
    ...about,
  }
}

/** One `KEY="value"` per line, values of several lines quoted. */
function dotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}\n`)
    .join('')
}

/** The action as a release would be checked out: action.yml, the committed bundle, and the reusable workflow. */
function actionFolder(folder: string, reference: string): string {
  const path = join(folder, 'action')
  mkdirSync(path, { recursive: true })
  for (const name of ['action.yml', 'pipeline', 'dist'])
    cpSync(join(root, name), join(path, name), { recursive: true })
  const reusable = readFileSync(join(root, workflowPath), 'utf8')
  writeFileSync(join(makeFolder(path, '.github/workflows'), 'staging.yml'), forEngine(reusable, reference))
  return path
}

function runAct(
  options: WorkflowOptions,
  event: string,
  workspace: string,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<number> {
  const { testbed, folder } = options
  const text = readFileSync(join(workspace, '.github', 'workflows', 'staging.yml'), 'utf8')
  const [, owner, ref] = /uses: (stagegate\/stagegate)(?:\/\S+)?@(\S+)/.exec(text) ?? []
  if (owner === undefined || ref === undefined)
    throw new Error('the workflow does not use stagegate/stagegate')
  const reference = `${owner}@${ref}`
  const workflow = join(makeFolder(folder, 'engine'), 'staging.yml')
  writeFileSync(workflow, forEngine(text, reference))
  const args = [
    event,
    '--workflows',
    workflow,
    '--directory',
    workspace,
    '--eventpath',
    join(folder, 'event.json'),
    '--env-file',
    join(folder, 'env'),
    '--var-file',
    join(folder, 'vars'),
    '--secret-file',
    join(folder, 'secrets'),
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--platform',
    'ubuntu-24.04=-self-hosted',
    // All jobs of a run share the one workspace.
    '--concurrent-jobs',
    '1',
    ...(options.artifactPort === undefined
      ? []
      : [
          ...['--artifact-server-path', makeFolder(folder, 'artifacts')],
          ...['--artifact-server-addr', '127.0.0.1', '--artifact-server-port', String(options.artifactPort)],
        ]),
    '--local-repository',
    `${reference}=${actionFolder(folder, reference)}`,
    '--actor',
    'ada',
    '--no-cache-server',
    '--action-offline-mode',
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(testbed.engine.program, args, {
      cwd: workspace,
      env: {
        ...env,
        XDG_CACHE_HOME: makeFolder(folder, 'cache'),
        XDG_CONFIG_HOME: makeFolder(folder, 'config'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      let rest = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        lines.forEach(onLine)
      })
      stream.on('end', () => {
        if (rest !== '') onLine(rest)
      })
    }
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}
