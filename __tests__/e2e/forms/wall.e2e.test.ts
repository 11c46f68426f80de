import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitAll, git } from '../../../script/lib/demo/sample-repository.ts'
import type { JobCall, JobEnd, JobsEnd } from '../../workflows/run-jobs.ts'
import { root } from '../../workflows/workflow.ts'
import { tail } from '../expectations.ts'
import { type BundleResult, runBundle } from '../run-bundle.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun } from './secure-run.ts'

/** Linux users that exist nowhere else: one for each job. */
const FIRST_USER = 42_000
const untrusted = ['build', 'test', 'image-build']

let run: SecureRun
let users: number
let builder: Server
/** A job's name → its workspace and its user. */
const places = new Map<string, { readonly workspace: string; readonly user: number }>()

beforeAll(async () => {
  run = await SecureRun.open()
  users = FIRST_USER
  chmodSync(run.folder, 0o711)
  // BuildKit alone, not the engine: whoever has the engine's socket is root on the machine.
  const { buildkit } = run.testbed
  builder = createServer((client) => {
    const upstream = connect(buildkit.address.replace('unix://', ''))
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream])
      socket.on('error', () => upstream.destroy(client.destroy().errored ?? undefined))
  })
  await new Promise<void>((resolve) => builder.listen(join(run.folder, 'buildkit.sock'), resolve))
  chmodSync(join(run.folder, 'buildkit.sock'), 0o666)
})
afterAll(async () => {
  endUsers()
  builder.close()
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

/** Ends what hostile code has left running: all processes of the users that only this test has. */
function endUsers(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const user = Number(/^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      if (user >= FIRST_USER && user <= users) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}

function turnHostile(how: string): void {
  const { folder } = run.repository
  cpSync(join(root, '__tests__', 'fixtures', 'hostile-service'), folder, { recursive: true })
  writeFileSync(join(folder, 'forged.txt'), '```json\n{"stage":"STAGE"}\n```')
  const node = join(run.folder, 'node')
  if (!existsSync(node)) copyFileSync(join(root, 'node_modules', 'node', 'bin', 'node'), node)
  chmodSync(node, 0o755)
  writeFileSync(
    join(folder, 'build.sh'),
    `mkdir -p dist && cp index.js dist/ && ${node} hostile.mjs ${how}\n`,
  )
  writeFileSync(
    join(folder, 'test.sh'),
    `${node} hostile.mjs ${how}; mkdir -p reports\necho '<testsuite name="s"><testcase name="t" time="0.1"/></testsuite>' > reports/junit.xml\n`,
  )
  // Scanners are installed where only root can read.
  const config = join(folder, '.github', 'stagegate.yml')
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(/^ {2}dependencies: .*$/m, '  dependencies: false'),
  )
  commitAll(folder, `Turn hostile: ${how}`)
  git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
}

/** A job as its own user, in folders of its own, with what its `permissions` grant. */
async function runAsUser(call: JobCall): Promise<JobEnd> {
  const options = await run.bundleOptions(call, {})
  users += 1
  const user = users
  const home = join(run.folder, `home-${user}`)
  mkdirSync(home, { mode: 0o700 })
  const docker = join(home, '.docker')
  writeDockerConfig(docker)
  for (const folder of [home, options.workspace]) give(folder, user)
  places.set(call.name, { workspace: options.workspace, user })
  const result = await runBundle({
    ...options,
    user,
    program: programOf(),
    env: { ...options.env, HOME: home, DOCKER_CONFIG: docker, DOCKER_HOST: 'unix:///nonexistent' },
  })
  run.results.set(call.name, result)
  return { result: result.exitCode === 0 ? 'success' : 'failure', outputs: result.outputs }
}

/** The builder by its own socket, and the plugin where its user can read it. */
function writeDockerConfig(docker: string): void {
  const { config } = run.testbed.docker
  const { address, builder: name } = run.testbed.buildkit
  const plugin = join(run.folder, 'docker-buildx')
  if (!existsSync(plugin)) copyFileSync(join(config, 'cli-plugins', 'docker-buildx'), plugin)
  chmodSync(plugin, 0o755)
  mkdirSync(join(docker, 'cli-plugins'), { recursive: true })
  symlinkSync(plugin, join(docker, 'cli-plugins', 'docker-buildx'))
  mkdirSync(join(docker, 'buildx', 'instances'), { recursive: true })
  const instance = readFileSync(join(config, 'buildx', 'instances', name), 'utf8')
  writeFileSync(
    join(docker, 'buildx', 'instances', name),
    instance.replaceAll(address, `unix://${join(run.folder, 'buildkit.sock')}`),
  )
}

function programOf(): { readonly node: string; readonly folder: string } {
  const folder = join(run.folder, 'dist')
  if (!existsSync(folder)) cpSync(join(root, 'dist'), folder, { recursive: true })
  return { node: join(run.folder, 'node'), folder }
}

function give(folder: string, user: number): void {
  chownSync(folder, user, user)
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), user, user)
  }
}

function lootOf(name: string): string {
  const path = join(places.get(name)!.workspace, 'loot.txt')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function deedsOf(name: string): readonly string[] {
  const text = readFileSync(join(places.get(name)!.workspace, 'deeds.txt'), 'utf8')
  // A job that builds before it tests runs the commit's code twice.
  return [...new Set(text.trim().split('\n'))]
}

const everyLog = (): string =>
  [...run.results].map(([name, result]) => `### ${name}\n${tail(result)}`).join('\n')
const names = (): readonly string[] =>
  [...places.keys()].filter((name) => untrusted.includes(name.split(' ')[0] ?? ''))

/** What is worth stealing, by what it is called. */
function treasures(): Readonly<Record<string, string>> {
  const { testbed } = run
  const tokens = [...run.grants].flatMap(([name, { token, env }]) => [
    [`token of ${name}`, token],
    [`identity of ${name}`, env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ''],
    [`runtime token of ${name}`, env.ACTIONS_RUNTIME_TOKEN ?? ''],
  ])
  return Object.fromEntries([
    ...tokens.filter(([, value]) => value !== ''),
    ['registry password', testbed.registry.password],
    ['root token of Vault', testbed.vault.rootToken],
  ]) as Record<string, string>
}

function found(loot: string): readonly string[] {
  return Object.entries(treasures())
    .filter(([, value]) => loot.includes(value))
    .map(([name]) => name)
}

describe('hostile code in the jobs of the reusable workflow', () => {
  let end: JobsEnd
  beforeAll(async () => {
    turnHostile('forge')
    end = await run.run({ onCall: runAsUser })
  })

  it('runs in build and test, and takes what it can', () => {
    expect(end.jobs, everyLog()).toMatchObject({ build: { result: 'success' }, test: { result: 'success' } })
    for (const name of ['build', 'test (1/1)']) {
      expect(lootOf(name), name).toContain('INPUT_NEEDS')
      expect(existsSync(join(places.get(name)!.workspace, 'stayed.txt'))).toBe(true)
    }
  })

  it('finds nothing but what its own job was given: a token that reads, and one for artifacts', () => {
    for (const name of ['build', 'test (1/1)']) {
      expect(found(lootOf(name)).toSorted()).toEqual([`runtime token of ${name}`, `token of ${name}`])
    }
  })

  it('is refused whatever it tries with it', () => {
    for (const name of ['build', 'test (1/1)']) {
      expect(deedsOf(name).filter((deed) => !deed.startsWith('replaced'))).toEqual([
        'forged status: 403',
        ...['build', 'test', 'scan', 'image'].map((stage) => `forged pass of ${stage}: 403`),
        'forged deployment: 403',
        'identity: no URL',
      ])
    }
  })

  it('changes nothing: the run goes on to what it would have come to, and GitHub has nothing forged', async () => {
    expect(
      Object.values(end.jobs).map(({ result }) => result),
      everyLog(),
    ).not.toContain('failure')
    expect(end.outputs).toMatchObject({ result: 'success' })
    const github = await run.github()
    expect(JSON.stringify(github)).not.toContain('forged')
    expect(github.statuses[0]?.state).toBe('success')
  })
})

describe('hostile code that stays behind and replaces what other jobs hand over', () => {
  let end: JobsEnd
  beforeAll(async () => {
    endUsers()
    run.newRun()
    places.clear()
    turnHostile('replace')
    end = await run.run({
      // Slow enough for what stayed behind in the first jobs to get at every artifact.
      onCall: async (call) => {
        if (call.job === 'image-push') await new Promise((resolve) => setTimeout(resolve, 3000))
        return runAsUser(call)
      },
    })
  })

  it('ends the run before anything is pushed', async () => {
    const replaced = names().flatMap((name) =>
      existsSync(join(places.get(name)!.workspace, 'deeds.txt')) ? deedsOf(name) : [],
    )
    expect(replaced.filter((deed) => deed.startsWith('replaced')).length).toBeGreaterThan(0)
    expect(end.jobs).toMatchObject({ 'image-push': { result: 'failure' }, deploy: { result: 'skipped' } })
    expect(run.results.get('image-push')?.log).toContain('E_ARTIFACT_DIGEST')
    const { statuses, deployments } = await run.github()
    expect(statuses[0]?.state).toBe('failure')
    expect(deployments).toEqual([])
  })
})

describe('hostile code in the one-job form', () => {
  it('reaches exactly what the documentation says: every input, the identity, the token of the job', async () => {
    endUsers()
    run.newRun()
    places.clear()
    turnHostile('forge')
    const inputs = {
      stages: 'build',
      'registry-username': 'u',
      'registry-password': run.testbed.registry.password,
    }
    const permissions = {
      contents: 'read',
      checks: 'write',
      statuses: 'write',
      deployments: 'write',
      packages: 'write',
      'id-token': 'write',
    }
    const end = await runAsUser({
      job: 'staging',
      name: 'staging',
      permissions,
      environment: 'staging',
      inputs,
    })
    expect(end.result, everyLog()).toBe('success')
    expect(found(lootOf('staging')).toSorted()).toEqual([
      'identity of staging',
      'registry password',
      'runtime token of staging',
      'token of staging',
    ])
    const own: BundleResult | undefined = run.results.get('staging')
    expect(own?.exitCode).toBe(0)
    expect(deedsOf('staging')).toEqual([
      'forged status: 201',
      ...['build', 'test', 'scan', 'image'].map((stage) => `forged pass of ${stage}: 201`),
      'forged deployment: 201',
      'identity: 200',
    ])
  })
})
