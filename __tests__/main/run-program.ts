import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** What was written for others: the summary, the outputs, the JSON report. */
  readonly written: string
}

/** A run of the program itself, from its sources, on a commit of these files: a step of a runner without a GitHub. */
export function runProgram(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Ran {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quiet-')))
  const workspace = join(folder, 'w')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: workspace,
      encoding: 'utf8',
    })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'a')
  const sha = git('rev-parse', 'HEAD').trim()
  writeFileSync(
    join(folder, 'event.json'),
    JSON.stringify({ ref: 'refs/heads/main', after: sha, repository: { default_branch: 'main' } }),
  )
  const outputs = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV', 'PATH'].map((name) => {
      writeFileSync(join(folder, name), '')
      return [`GITHUB_${name}`, join(folder, name)]
    }),
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'src', 'index.ts')], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      RUNNER_TEMP: join(folder, 'temp'),
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REPOSITORY: 'acme/api',
      GITHUB_REPOSITORY_OWNER: 'acme',
      GITHUB_REPOSITORY_ID: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: 'http://127.0.0.1:9',
      GITHUB_SHA: sha,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_NUMBER: '1',
      GITHUB_ACTOR: 'a',
      GITHUB_JOB: 'staging',
      GITHUB_WORKFLOW: 'staging',
      ...outputs,
      ...env,
    },
  })
  const report = /^report(?:<<|=)[^]*?(\/\S+\.json)/m.exec(readFileSync(join(folder, 'OUTPUT'), 'utf8'))?.[1]
  const paths = [
    join(folder, 'STEP_SUMMARY'),
    join(folder, 'OUTPUT'),
    ...(report === undefined ? [] : [report]),
  ]
  return { status, stdout, stderr, written: paths.map((path) => readFileSync(path, 'utf8')).join('\n') }
}
