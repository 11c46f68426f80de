import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEvent } from '../fixtures/events/read-event.ts'
import { commit, newRepository } from '../systems/git/repositories.ts'
import { newFolder } from '../systems/new-folder.ts'

const program = join(import.meta.dirname, '..', '..', 'src', 'index.ts')
const isRoot = process.getuid?.() === 0
/** Nobody: a user who owns nothing. */
const OTHER = 65534

interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** The runner's files, its temporary folder and the event, as a runner prepares them for a step. */
function preparePlace(
  event: string,
  workspace: string,
  changes: Readonly<Record<string, unknown>> = {},
): Place {
  const folder = newFolder()
  chmodSync(folder, 0o755)
  const file = (name: string): string => {
    writeFileSync(join(folder, name), '')
    chmodSync(join(folder, name), 0o666)
    return join(folder, name)
  }
  const { env, payload } = readEvent(event)
  const path = file('event.json')
  writeFileSync(path, JSON.stringify({ ...payload, ...changes }))
  const temporary = join(folder, 'temp')
  mkdirSync(temporary)
  chmodSync(temporary, 0o777)
  return {
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: temporary,
      ...env,
      GITHUB_EVENT_PATH: path,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temporary,
      GITHUB_STATE: file('state'),
      GITHUB_OUTPUT: file('output'),
      GITHUB_ENV: file('env'),
      GITHUB_STEP_SUMMARY: file('summary'),
    },
  }
}

function run({ env }: Place, uid?: number): { status: number | null; log: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
    env,
    encoding: 'utf8',
    ...(uid === undefined || !isRoot ? {} : { uid, gid: uid }),
  })
  return { status, log: stdout + stderr }
}

/** Takes the right to write from everybody but root; a test that is not root owns what it takes it from. */
function lock(path: string): void {
  chmodSync(path, 0o444)
}

describe('a run whose event leaves nothing to do', () => {
  it('ends well at once: no checkout is looked at, and no status is written', () => {
    const place = preparePlace('push-deleted', newFolder())
    const { status, log } = run(place)
    expect(status).toBe(0)
    expect(log).toBe('Nothing to do. The push deleted refs/heads/old: there is no commit to build.\n')
    expect(readFileSync(join(place.folder, 'output'), 'utf8')).toMatch(/^result<<(\S+)\nsuccess\n\1\n$/)
    expect(readFileSync(join(place.folder, 'summary'), 'utf8')).toMatch(/^## ✅ Nothing to do\n/)
  })
})

describe('a run as a user who may not write what the runner made', () => {
  it.each(['state', 'output', 'env', 'summary'])('says which file it is, and how to run: %s', (name) => {
    const place = preparePlace('push', newFolder())
    lock(join(place.folder, name))
    const { status, log } = run(place, OTHER)
    const uid = isRoot ? OTHER : process.getuid?.()
    const variable = { state: 'STATE', output: 'OUTPUT', env: 'ENV', summary: 'STEP_SUMMARY' }[name] ?? ''
    expect(status).toBe(1)
    expect(log).toContain(
      `GITHUB_${variable} (${join(place.folder, name)}) cannot be written by the user of this step (uid ${uid}): EACCES.`,
    )
    expect(log).toContain('with mode 444')
    expect(log).toContain('Next: Run the job container as root (container: options: --user 0)')
    expect(log).toContain('E_RUNNER_FILES')
    expect(log).not.toContain('E_INTERNAL')
  })

  it('says so of RUNNER_TEMP', () => {
    const place = preparePlace('push', newFolder())
    chmodSync(join(place.folder, 'temp'), 0o555)
    const { status, log } = run(place, OTHER)
    expect(status).toBe(1)
    expect(log).toContain(
      `RUNNER_TEMP (${join(place.folder, 'temp')}) cannot be written by the user of this step`,
    )
    expect(log).toContain('E_RUNNER_FILES')
    expect(log).toContain('--user 0')
  })
})

describe('a run with a temporary folder in a place where none can be made', () => {
  it.each(['/proc/nothing/here', '/dev/null/here'])(
    'is an error, and no endless attempt: %s',
    (temporary) => {
      const place = preparePlace('push', newFolder())
      const { status, log } = run({ ...place, env: { ...place.env, RUNNER_TEMP: temporary } })
      expect(status).toBe(1)
      expect(log).toContain(`RUNNER_TEMP (${temporary}) cannot be written`)
      expect(log).toContain('E_RUNNER_FILES')
    },
  )
})

describe('a run whose workspace cannot be read', () => {
  it('says that the folder is not there, and does not blame Git', () => {
    const { status, log } = run(preparePlace('push', '/no/such/workspace'))
    expect(status).toBe(1)
    expect(log).toContain('there is no folder /no/such/workspace')
    expect(log).not.toContain('not on the PATH')
  })

  it('says that its user may not enter the folder, and does not blame Git', () => {
    const workspace = newFolder()
    chmodSync(workspace, isRoot ? 0o700 : 0o000)
    const { status, log } = run(preparePlace('push', workspace), OTHER)
    expect(status).toBe(1)
    expect(log).toContain(`may not enter the folder ${workspace}`)
    expect(log).not.toContain('not on the PATH')
    chmodSync(workspace, 0o700)
  })

  it('says that Git is missing only where it is', () => {
    const place = preparePlace('push', newFolder())
    const { log } = run({ ...place, env: { ...place.env, PATH: '/no/such/bin' } })
    expect(log).toContain('git is not on the PATH')
    expect(log).toContain('E_TOOL_MISSING')
  })

  it('says in which folder the checkout is, where actions/checkout was given a path', () => {
    const workspace = newFolder()
    mkdirSync(join(workspace, 'src', 'api', '.git'), { recursive: true })
    const { status, log } = run(preparePlace('push', workspace))
    expect(status).toBe(1)
    expect(log).toContain(`${workspace} is no Git checkout; there is one in src/api`)
    expect(log).toContain('Next: Set the input working-directory to src/api')
  })

  it('takes the repository that working-directory lies in, where the workspace is none', () => {
    const workspace = newFolder()
    const repository = newRepository()
    const head = commit(repository, 'first', { 'services/api/package.json': '{}' })
    const place = preparePlace('push', workspace)
    const moved = join(workspace, 'app')
    spawnSync('cp', ['-a', repository, moved])
    const { log } = run({
      ...place,
      env: {
        ...place.env,
        GITHUB_SHA: head,
        'INPUT_WORKING-DIRECTORY': 'app/services/api',
        INPUT_STAGES: 'build',
        'INPUT_DRY-RUN': 'true',
      },
    })
    expect(log).not.toContain('E_CHECKOUT')
    expect(log).toContain(head.slice(0, 12))
  })
})
