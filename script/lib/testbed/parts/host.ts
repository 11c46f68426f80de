import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { addresses } from '../addresses.ts'
import { run, tryCommand } from '../command.ts'
import { programPath } from '../debian-packages.ts'
import { TestbedFailure } from '../failure.ts'
import { writeAtomically } from '../files.ts'
import { folderOf, type Part, type PartContext } from '../part.ts'

const namespace = 'sgt-host'
const cable = { machine: 'sgt-veth', host: 'eth0' } as const
/** What the sample's playbook makes on the host, and so on the machine that plays it. */
const madeByPlaybooks = '/var/lib/ai-gen'

/**
 * A host for Ansible: a network namespace with a server for ssh. It shares the machine's files, and so plays the node
 * of the cluster: what a playbook writes is what a pod's hostPath volume sees.
 */
export const host: Part<'host'> = {
  name: 'host',
  title: 'test host (ssh, Ansible)',
  needs: [],
  programs: ['ip', 'ssh', 'sshd', 'ansible-playbook'],
  async up(context) {
    if (process.getuid?.() !== 0) {
      throw new TestbedFailure('a network namespace can only be made by root', {
        next: 'run script/testbed as root',
      })
    }
    await layCable()
    const folder = folderOf(context, 'host')
    const [privateKey, hostKey] = [join(folder, 'id_ed25519'), join(folder, 'ssh_host_ed25519_key')]
    await ensureKey(privateKey)
    await ensureKey(hostKey)
    const knownHosts = join(folder, 'known_hosts')
    const [type, key] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ')
    writeAtomically(knownHosts, `${addresses.host} ${type!} ${key!.trim()}\n`)
    writeAtomically(join(folder, 'authorized_keys'), readFileSync(`${privateKey}.pub`, 'utf8'))
    const inventory = join(folder, 'inventory.yml')
    writeAtomically(inventory, renderInventory(), 0o644)
    await startServer(context, folder, { privateKey, hostKey, knownHosts })
    return { address: addresses.host, port: 22, username: 'root', privateKey, knownHosts, inventory }
  },
  async drain() {
    // Sessions outlive their server, and Ansible keeps its connections open for a minute.
    const inside = await tryCommand(['ip', 'netns', 'pids', namespace])
    for (const pid of inside.stdout.split('\n').filter((line) => line !== '')) {
      try {
        process.kill(Number(pid), 'SIGTERM')
      } catch {
        // It has ended meanwhile.
      }
    }
  },
  async down(context) {
    if (!existsSync(join(context.paths.state, 'host'))) return
    await tryCommand(['ip', 'netns', 'delete', namespace])
    await tryCommand(['ip', 'link', 'delete', cable.machine])
    rmSync(madeByPlaybooks, { recursive: true, force: true })
  },
}

async function layCable(): Promise<void> {
  const inside = ['ip', '-netns', namespace] as const
  const namespaces = await run(['ip', 'netns', 'list'])
  if (!namespaces.split('\n').some((line) => line.split(' ')[0] === namespace)) {
    await run(['ip', 'netns', 'add', namespace])
  }
  if ((await tryCommand([...inside, 'link', 'show', cable.host])).exitCode !== 0) {
    // An end without its other end is of a namespace that somebody has deleted while a process was in it.
    await tryCommand(['ip', 'link', 'delete', cable.machine])
    const peer = ['peer', 'name', cable.host, 'netns', namespace]
    await run(['ip', 'link', 'add', 'name', cable.machine, 'type', 'veth', ...peer])
  }
  await run(['ip', 'address', 'replace', `${addresses.hostGateway}/30`, 'dev', cable.machine])
  await run(['ip', 'link', 'set', cable.machine, 'up'])
  await run([...inside, 'address', 'replace', `${addresses.host}/30`, 'dev', cable.host])
  await run([...inside, 'link', 'set', cable.host, 'up'])
  await run([...inside, 'link', 'set', 'lo', 'up'])
}

async function ensureKey(path: string): Promise<void> {
  if (existsSync(path)) return
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'stagegate-testbed', '-f', path])
}

interface Keys {
  readonly privateKey: string
  readonly hostKey: string
  readonly knownHosts: string
}

async function startServer(context: PartContext, folder: string, keys: Keys): Promise<void> {
  // sshd's own requirement for its unprivileged child, whatever its configuration says.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const configuration = [
    `ListenAddress ${addresses.host}:22`,
    `HostKey ${keys.hostKey}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile none`,
    'AuthenticationMethods publickey',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    'UseDNS no',
    // The state folder is below /var/tmp, which everybody may write to: sshd would refuse the keys for that.
    'StrictModes no',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n')
  writeAtomically(join(folder, 'sshd_config'), configuration)
  await context.processes.ensure({
    name: 'sshd',
    part: 'host',
    argv: [
      ...([programPath('ip'), 'netns', 'exec', namespace] as const),
      ...[programPath('sshd'), '-D', '-e', '-f', join(folder, 'sshd_config')],
    ],
    configuration: [configuration, readFileSync(keys.knownHosts, 'utf8')],
    answersAt: [`${addresses.host}:22`],
    ready: () =>
      run([
        ...([
          'ssh',
          '-F',
          'none',
          '-i',
          keys.privateKey,
          '-o',
          `UserKnownHostsFile=${keys.knownHosts}`,
        ] as const),
        ...['-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=2'],
        ...[`root@${addresses.host}`, 'true'],
      ]),
  })
}

function renderInventory(): string {
  return `nodes:
  hosts:
    node1:
      ansible_host: ${addresses.host}
      ansible_user: root
      ansible_python_interpreter: /usr/bin/python3
`
}
