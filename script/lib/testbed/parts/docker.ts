import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryCommand, run } from '../command.ts'
import { installMissing, programPath } from '../debian-packages.ts'
import { TestbedFailure } from '../failure.ts'
import { folderOf, type Part, type PartContext } from '../part.ts'
import { removeIptables } from '../host-network.ts'

/** The Docker engine: the machine's own when one answers, else Debian's, started with all its data in our state. */
export const docker: Part<'docker'> = {
  name: 'docker',
  title: 'Docker engine',
  needs: ['network'],
  programs: ['docker'],
  async up(context) {
    const config = folderOf(context, 'docker', 'config')
    const offered = await findOfferedEngine()
    if (offered !== undefined && context.processes.running('dockerd') === undefined) {
      context.progress.say(`uses the engine that answers at ${offered}`)
      return { host: offered, config }
    }
    return { host: await startEngine(context), config }
  },
  async drain(context) {
    if (context.processes.running('dockerd') === undefined) return
    const env = { DOCKER_HOST: socketOf(context) }
    const containers = await tryCommand(['docker', 'ps', '--all', '--quiet'], { env })
    const ids = containers.stdout.split('\n').filter((id) => id !== '')
    if (ids.length > 0) await tryCommand(['docker', 'rm', '--force', '--volumes', ...ids], { env })
  },
  async down(context) {
    if (!existsSync(join(context.paths.state, 'docker', 'made-docker0'))) return
    await removeIptables({ chainPrefixes: ['DOCKER'], interfaces: ['docker0'] })
    await tryCommand(['ip', 'link', 'delete', 'docker0'])
  },
}

function socketOf(context: PartContext): string {
  return `unix://${join(context.paths.state, 'docker', 'docker.sock')}`
}

async function findOfferedEngine(): Promise<string | undefined> {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  const found = await tryCommand(['docker', 'info'], { env: { DOCKER_HOST: host } })
  return found.exitCode === 0 ? host : undefined
}

async function startEngine(context: PartContext): Promise<string> {
  const host = socketOf(context)
  const folder = folderOf(context, 'docker')
  if (process.getuid?.() !== 0) {
    throw new TestbedFailure('no Docker engine answers, and only root can start one', {
      next: 'start Docker, or run script/testbed as root',
    })
  }
  await installMissing(['dockerd', 'containerd', 'runc', 'iptables'], context.progress)
  if ((await tryCommand(['ip', 'link', 'show', 'docker0'])).exitCode !== 0) {
    writeFileSync(join(folder, 'made-docker0'), '')
  }
  await context.processes.ensure({
    name: 'dockerd',
    part: 'docker',
    argv: [
      ...([programPath('dockerd'), '--host', host, '--data-root', join(folder, 'root')] as const),
      ...[
        '--exec-root',
        join(folder, 'run'),
        '--pidfile',
        join(folder, 'pid'),
        '--storage-driver',
        'overlay2',
      ],
    ],
    ready: () => run(['docker', 'info'], { env: { DOCKER_HOST: host } }),
  })
  return host
}
