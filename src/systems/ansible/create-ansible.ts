import { mkdir, mkdtemp, open, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import type { Processes } from '../runner/processes.ts'
import type { Ansible } from './ansible.ts'
import { callbackPlugin } from './callback-plugin.ts'
import { type PlayFiles, playEnvironment, playFiles, sshArguments } from './play-environment.ts'
import { makeConnectionsFolder, removeConnectionsFolder } from './connections-folder.ts'
import { parsePlayEvents, type PlayEvents } from './play-events.ts'
import { playFailure, unknownHosts } from './play-failure.ts'

export interface AnsibleOptions {
  readonly processes: Processes
  readonly clock: Clock
  /** PEM or OpenSSH form. Without it ssh has no key to offer. */
  readonly sshKey: string | undefined
  /** Lines as in `known_hosts`. Without them no host is known, and only `connection: local` works. */
  readonly knownHosts: string | undefined
}

/** How much of the events is read; a play of 10,000 hosts writes 2 MB. Bytes. */
const MAX_EVENT_BYTES = 16 << 20

/** ansible-playbook of ansible-core 2.14 or newer. */
export function createAnsible(options: AnsibleOptions): Ansible {
  const { processes } = options

  return {
    async play({ folder, playbook, inventory, check, variables, temporary, signal, onOutput }) {
      const tool = await processes.find('ansible-playbook')
      if (tool === undefined) {
        throw new StagegateError('E_TOOL_MISSING', { message: 'ansible-playbook is not on the PATH.' })
      }
      const root = await realpath(folder)
      const playbookPath = await inside(root, playbook, [root])
      const inventoryPath = await inside(root, inventory, [root, await realpath(temporary)])
      const connections = await makeConnectionsFolder(temporary)
      const files = playFiles(await mkdtemp(join(await realpath(temporary), 'ansible-')), connections)
      try {
        await writeFiles(files, options, variables)
        const finished = await processes.run({
          argv: [
            tool,
            '--inventory',
            inventoryPath,
            '--extra-vars',
            `@${files.variables}`,
            ...(check ? ['--check', '--diff'] : []),
            playbookPath,
          ],
          cwd: root,
          env: playEnvironment(processes.environment('own'), files, options.sshKey !== undefined),
          signal,
          onOutput,
        })
        const events = await readEvents(files.events, root)
        if (finished.exitCode !== 0) {
          throw playFailure(playbook, finished.exitCode, events, `${finished.stdout}\n${finished.stderr}`)
        }
        const unknown = unknownHosts(playbook, events)
        if (unknown !== undefined) throw unknown
        const emptyPlays = events.emptyPlays.map(({ play, hosts }) => ({ play, hosts }))
        return { recap: events.recap, failedTasks: events.failedTasks, emptyPlays }
      } finally {
        if (connections !== undefined) {
          await closeConnections(options, connections)
          await removeConnectionsFolder(temporary)
        }
        await rm(files.folder, { recursive: true, force: true })
      }
    },
  }
}

/** An existing path, as given relative to the configurations; its real place must be in one of the folders. */
async function inside(root: string, path: string, allowed: readonly string[]): Promise<string> {
  const absolute = resolve(root, path)
  const real = await realpath(absolute).catch(() => undefined)
  if (real === undefined) {
    throw new StagegateError('E_ANSIBLE_FAILED', {
      message: `There is no ${path} in the deployment configurations.`,
      state: 'Nothing was changed on the hosts.',
      next: 'Correct deploy.infrastructure.',
    })
  }
  const contained = allowed.some((folder) => {
    const way = relative(folder, real)
    return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
  })
  if (!contained) {
    throw new StagegateError('E_PATH_OUTSIDE', {
      message: `${path} leads out of the deployment configurations.`,
    })
  }
  return absolute
}

async function writeFiles(
  files: PlayFiles,
  { sshKey, knownHosts }: AnsibleOptions,
  variables: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const folder of [files.plugins, files.localTemp]) await mkdir(folder, { mode: 0o700 })
  const write = (path: string, content: string): Promise<void> =>
    writeFile(path, content, { mode: 0o600, flag: 'wx' })
  await write(files.config, '')
  await write(files.events, '')
  await write(join(files.plugins, 'stagegate.py'), callbackPlugin)
  await write(files.knownHosts, ending(knownHosts ?? ''))
  // ssh does not read a key without a line's end after it.
  if (sshKey !== undefined) await write(files.privateKey, ending(sshKey))
  // Extra variables win over an inventory's, which could otherwise turn the check of host keys off.
  const fixed = { ansible_host_key_checking: true, ansible_ssh_args: sshArguments(files) }
  await write(files.variables, JSON.stringify({ ...variables, ...fixed }))
}

function ending(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

async function readEvents(path: string, root: string): Promise<PlayEvents> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > MAX_EVENT_BYTES) return parsePlayEvents('', root)
    return parsePlayEvents(await readFile(file, 'utf8'), root)
  } finally {
    await file.close()
  }
}

/** Milliseconds for ssh to end its connections; what does not end by then does so 30 s after its last use. */
const CLOSING_MS = 2000

/** ssh leaves a connection open behind each host for the next task, in a process that outlives the play. */
async function closeConnections({ processes, clock }: AnsibleOptions, folder: string): Promise<void> {
  const sockets = await readdir(folder).catch(() => [])
  const deadline = clock.deadline(CLOSING_MS, () => new Error('ssh did not end its connections'))
  try {
    await Promise.allSettled(
      sockets.map((socket) =>
        processes.run({
          // The host is of no interest with -O, and must be named.
          argv: ['ssh', '-F', '/dev/null', '-S', join(folder, socket), '-O', 'exit', 'host'],
          cwd: folder,
          env: processes.environment('own'),
          signal: deadline.signal,
        }),
      ),
    )
  } finally {
    deadline.clear()
  }
}
