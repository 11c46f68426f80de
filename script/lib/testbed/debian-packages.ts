import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './command.ts'
import { TestbedFailure } from './failure.ts'
import type { Progress } from './progress.ts'

/** The Debian package of each program that the testbed takes from the machine. */
const packageOf = {
  'ansible-playbook': 'ansible-core',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  containerd: 'containerd',
  debootstrap: 'debootstrap',
  docker: 'docker.io',
  'docker-registry': 'docker-registry',
  dockerd: 'docker.io',
  etcd: 'etcd-server',
  git: 'git',
  htpasswd: 'apache2-utils',
  initdb: 'postgresql',
  ip: 'iproute2',
  iptables: 'iptables',
  mvn: 'maven',
  openssl: 'openssl',
  psql: 'postgresql-client',
  runc: 'runc',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  unzip: 'unzip',
  zip: 'zip',
} as const

export type Program = keyof typeof packageOf

const searched = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']

/** The absolute path of a program, or undefined. PostgreSQL's server programs are in a folder of their version. */
export function findProgram(program: string): string | undefined {
  if (program.startsWith('/')) return existsSync(program) ? program : undefined
  return [...searched, ...postgresFolders()].map((folder) => join(folder, program)).find(isExecutable)
}

/** As `findProgram`, for a program that `installMissing` was asked for. */
export function programPath(program: Program): string {
  const found = findProgram(program)
  if (found === undefined) {
    throw new TestbedFailure(`${program} is not on this machine`, {
      next: `apt-get install ${packageOf[program]}`,
    })
  }
  return found
}

/** The folders of PostgreSQL's server programs, the newest version first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions
    .map((version) => join(root, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')))
}

let installing: Promise<void> = Promise.resolve()

/**
 * Installs the packages of the programs that are missing; does nothing, and needs no network, when none is. Parts that
 * ask at the same time wait for each other: apt-get lets only one at a time install.
 */
export function installMissing(programs: readonly Program[], progress: Progress): Promise<void> {
  const result = installing.then(() => installNow(programs, progress))
  installing = result.catch(() => undefined)
  return result
}

async function installNow(programs: readonly Program[], progress: Progress): Promise<void> {
  const missing = programs.filter((program) => findProgram(program) === undefined)
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((program) => packageOf[program]))]
  const next = `as root: apt-get install --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    throw new TestbedFailure(`missing on this machine: ${missing.join(', ')}`, { next })
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await progress.during(`installing Debian packages: ${packages.join(', ')}`, () =>
    withoutStartingServices(async () => {
      // A machine that has just started may be installing its own updates.
      const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-qq'] as const
      await run([...apt, 'update'], { env, next })
      await run([...apt, 'install', '-y', '--no-install-recommends', ...packages], { env, next })
    }),
  )
}

/**
 * Debian starts a package's service as soon as it is installed, on the ports that the testbed needs. The policy file
 * that forbids it (see /usr/share/doc/init-system-helpers/README.policy-rc.d.gz) is taken away again afterwards.
 */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    if (ours) rmSync(policy, { force: true })
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
