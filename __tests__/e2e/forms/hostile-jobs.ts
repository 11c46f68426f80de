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
import type { JobCall, JobEnd } from '../../workflows/run-jobs.ts'
import { root } from '../../workflows/workflow.ts'
import { type BundleResult, runBundle } from '../run-bundle.ts'
import { endUsers, machineOf } from './machine.ts'
import type { SecureOptions, SecureRun } from './secure-run.ts'

/** Linux users that exist nowhere else: one for each job. */
const FIRST_USER = 42_000
let users = FIRST_USER

/** Runs each job on a machine of its own, with what its `permissions` grant and nothing else, and looks at what it got. */
export class HostileJobs implements AsyncDisposable {
  readonly #run: SecureRun
  readonly #builder: Server
  readonly #workspaces = new Map<string, string>()

  private constructor(run: SecureRun, builder: Server) {
    this.#run = run
    this.#builder = builder
  }

  static async open(run: SecureRun): Promise<HostileJobs> {
    chmodSync(run.folder, 0o711)
    const node = join(run.folder, 'node')
    copyFileSync(join(root, 'node_modules', 'node', 'bin', 'node'), node)
    chmodSync(node, 0o755)
    cpSync(join(root, 'dist'), join(run.folder, 'dist'), { recursive: true })
    return new HostileJobs(run, await forwardBuilder(run))
  }

  /** As a job of the workflow runs: the call that `SecureRun.run` makes for it. */
  async runJob(call: JobCall, options: SecureOptions = {}): Promise<JobEnd> {
    const result = await this.call(call, options)
    return { result: result.exitCode === 0 ? 'success' : 'failure', outputs: result.outputs }
  }

  async call(call: JobCall, options: SecureOptions = {}): Promise<BundleResult> {
    const run = this.#run
    const bundle = await run.bundleOptions(call, options)
    users += 1
    const user = users
    const home = join(run.folder, `home-${user}`)
    mkdirSync(home, { mode: 0o700 })
    const docker = join(home, '.docker')
    this.#writeDockerConfig(docker)
    for (const folder of [home, bundle.workspace]) give(folder, user)
    this.#workspaces.set(call.name, bundle.workspace)
    const result = await runBundle({
      ...bundle,
      user,
      program: {
        node: join(run.folder, 'node'),
        folder: join(run.folder, 'dist'),
        before: machineOf(user, run.testbed),
      },
      env: { ...bundle.env, HOME: home, DOCKER_CONFIG: docker, DOCKER_HOST: 'unix:///nonexistent' },
    })
    run.results.set(call.name, result)
    return result
  }

  /** Names of the jobs that have run since the last `endAll`. */
  names(): readonly string[] {
    return [...this.#workspaces.keys()]
  }

  /** All that hostile code found, by where. */
  lootOf(name: string): string {
    return this.read(name, 'loot.txt')
  }

  /** What hostile code tried, with the answer: each once, since a job that builds before it tests runs it twice. */
  deedsOf(name: string): readonly string[] {
    return [...new Set(this.read(name, 'deeds.txt').trim().split('\n'))].filter((deed) => deed !== '')
  }

  /** A file of the job's workspace; empty when there is none. */
  read(name: string, file: string): string {
    const path = join(this.#workspaces.get(name) ?? '', file)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** Ends what hostile code has left running, and forgets the jobs. */
  endAll(): void {
    endUsers(FIRST_USER, users)
    this.#workspaces.clear()
  }

  /** The builder by its own socket, and the plugin where its user can read it. */
  #writeDockerConfig(docker: string): void {
    const { folder, testbed } = this.#run
    const plugin = join(folder, 'docker-buildx')
    if (!existsSync(plugin)) copyFileSync(join(testbed.docker.config, 'cli-plugins', 'docker-buildx'), plugin)
    chmodSync(plugin, 0o755)
    mkdirSync(join(docker, 'cli-plugins'), { recursive: true })
    symlinkSync(plugin, join(docker, 'cli-plugins', 'docker-buildx'))
    const instances = join('buildx', 'instances')
    mkdirSync(join(docker, instances), { recursive: true })
    const { builder, address } = testbed.buildkit
    const instance = readFileSync(join(testbed.docker.config, instances, builder), 'utf8')
    writeFileSync(join(docker, instances, builder), instance.replaceAll(address, builderOf(folder)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.endAll()
    this.#builder.close()
    return Promise.resolve()
  }
}

const builderOf = (folder: string): string => `unix://${join(folder, 'buildkit.sock')}`

/** BuildKit alone, not the engine: whoever has the engine's socket is root on the machine. */
async function forwardBuilder({ folder, testbed }: SecureRun): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(testbed.buildkit.address.replace('unix://', ''))
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream])
      socket.on('error', () => upstream.destroy(client.destroy().errored ?? undefined))
  })
  const path = builderOf(folder).replace('unix://', '')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  chmodSync(path, 0o666)
  return server
}

function give(folder: string, user: number): void {
  chownSync(folder, user, user)
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), user, user)
  }
}
