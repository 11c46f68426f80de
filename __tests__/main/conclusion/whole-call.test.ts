import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEvent } from '../../fixtures/events/read-event.ts'
import { asEnv } from '../../inputs/as-env.ts'
import { createSubject, type Subject } from '../../systems/github/subject.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const program = join(root, 'src', 'index.ts')
const FILES = ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV', 'PATH']

let subject: Subject
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-whole-call-'))
  subject = await createSubject()
})
afterAll(async () => {
  await subject.server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface End {
  readonly exitCode: number | null
  readonly result: string | undefined
  readonly headline: string
  readonly status: string
}

let calls = 0
/** The program as a runner starts it, for a new commit of a repository with these files. */
async function call(
  files: Readonly<Record<string, string>>,
  ...each: readonly Readonly<Record<string, string>>[]
): Promise<readonly End[]> {
  calls += 1
  const workspace = join(folder, `workspace-${calls}`)
  for (const [name, text] of Object.entries({ 'README.md': `Number ${calls}\n`, ...files })) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true })
    writeFileSync(join(workspace, name), text)
  }
  const git = (...argv: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...argv], {
      cwd: workspace,
    })
      .toString()
      .trim()
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', `Number ${calls}`)
  const commit = git('rev-parse', 'HEAD')
  const ends: End[] = []
  for (const inputs of each) ends.push(await start(workspace, commit, inputs))
  return ends
}

async function start(
  workspace: string,
  commit: string,
  inputs: Readonly<Record<string, string>>,
): Promise<End> {
  const own = mkdtempSync(join(folder, 'call-'))
  const path = (name: string): string => join(own, name)
  for (const name of FILES) writeFileSync(path(name), '')
  const { env, payload } = readEvent('push')
  writeFileSync(path('event.json'), JSON.stringify({ ...payload, after: commit, head_commit: null }))
  const child = spawn(process.execPath, [program], {
    cwd: workspace,
    env: {
      PATH: process.env.PATH,
      HOME: own,
      ...env,
      GITHUB_ACTIONS: 'true',
      GITHUB_SHA: commit,
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_PATH: path('event.json'),
      GITHUB_API_URL: subject.server.url,
      RUNNER_TEMP: own,
      ...Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, path(name)])),
      ...asEnv({ 'github-token': subject.token, ...inputs }),
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const status = subject.repository.statuses.find(
    (each) => each.sha === commit && each.context === 'Staging Deployment',
  )
  const outputs = readFileSync(path('OUTPUT'), 'utf8')
  return {
    exitCode,
    result: /^result<<(\S+)\n(.*)\n\1$/m.exec(outputs)?.[2],
    headline: readFileSync(path('STEP_SUMMARY'), 'utf8').split('\n', 1)[0]!,
    status: status === undefined ? log : `${status.state}: ${status.description ?? ''}`,
  }
}

const build = { '.github/stagegate.yml': 'build: { compile: "true" }\n' }
const failingBuild = { '.github/stagegate.yml': 'build: { compile: "false" }\n' }

describe('a whole call, with a GitHub server that takes everything', () => {
  it('of report alone is red when nothing has passed', async () => {
    expect(await call(build, { stages: 'report' })).toEqual([
      {
        exitCode: 1,
        result: 'failure',
        headline: expect.stringMatching(/^## ❌ .*: Not deployed: the stage build has not passed\.$/),
        status: 'error: Not deployed: the stage build has not passed.',
      },
    ])
  })

  it.each([{ from: 'deploy' }, { from: 'image' }, { stages: 'deploy' }])(
    'is red where a stage is named that does not apply, and nothing before it has passed: %j',
    async (inputs) => {
      expect(await call(build, inputs)).toMatchObject([
        {
          exitCode: 1,
          result: 'failure',
          headline: expect.stringMatching(/^## ❌ .* failed$/),
          status: expect.stringMatching(/^failure: .* may not start: build has not passed/),
        },
      ])
    },
  )

  it('of report is green after the call before it has passed all that applies', async () => {
    const calls = await call(build, { stages: 'build' }, { stages: 'deploy' }, { stages: 'report' })
    expect(calls.map(({ exitCode, status }) => [exitCode, status])).toEqual([
      [0, 'pending: Waiting for the last call: every stage has passed.'],
      [0, 'success: Every stage passed; nothing was to be deployed.'],
      [0, 'success: Every stage passed; nothing was to be deployed.'],
    ])
  })

  it('of report is red after a call that failed, and leaves what that one said', async () => {
    const [first, last] = await call(failingBuild, { stages: 'build' }, { stages: 'report' })
    expect(first).toMatchObject({ exitCode: 1, status: expect.stringMatching(/^failure: build\.compile/) })
    expect(last).toMatchObject({ exitCode: 1, result: 'failure', status: first?.status })
  })

  it('says of a repository in which nothing applies that nothing was done', async () => {
    expect(await call({}, {})).toMatchObject([
      { exitCode: 0, status: 'success: No stage applies: nothing was built, tested or deployed.' },
    ])
  })

  it('that is a dry run has a result, and writes no status', async () => {
    expect(await call(build, { 'dry-run': 'true' })).toMatchObject([
      { exitCode: 0, result: 'success', headline: '## Dry run: nothing was run and nothing was changed' },
    ])
  })
})
