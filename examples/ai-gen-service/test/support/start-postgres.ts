import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Postgres {
  /** Connects as a superuser. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * The PostgreSQL of `DATABASE_URL`, or a cluster of our own in a temporary folder: it listens on a socket in that
 * folder only, is a child of this process, and is gone after `stop`.
 *
 * @throws Error when neither can be had
 */
export async function startPostgres(): Promise<Postgres> {
  const given = process.env['DATABASE_URL']
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() }

  const binaries = findBinaries()
  const account = findAccount()
  const folder = mkdtempSync(join(tmpdir(), 'ai-gen-postgres-'))
  const data = join(folder, 'data')
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  /** Program and arguments of a PostgreSQL tool, run as the account. */
  const command = (tool: string, ...args: string[]): [string, string[]] => {
    const [program = '', ...rest] = [...account.prefix, join(binaries, tool), ...args]
    return [program, rest]
  }
  try {
    if (account.id !== undefined) chownSync(folder, account.id.user, account.id.group)
    execFileSync(
      ...command(
        'initdb',
        '-D',
        data,
        '--username=postgres',
        '--auth=trust',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ),
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    // Not pg_ctl, whose server is in a session of its own and so survives when the tests are killed.
    const server = spawn(...command('postgres', '-D', data, '-k', folder, '-h', '', '-F'), {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await untilReady(server.stderr, once(server, 'exit'))
    return {
      url: `postgres://postgres@/postgres?host=${encodeURIComponent(folder)}`,
      async stop() {
        const exited = once(server, 'exit')
        server.kill('SIGQUIT')
        await exited
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** Resolves when the server says that it takes connections; keeps reading, so that its log never blocks it. */
async function untilReady(log: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<void> {
  let text = ''
  const ready = new Promise<void>((resolve) => {
    log.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('ready to accept connections')) resolve()
    })
  })
  const failed = exited.then(() => {
    throw new Error(`PostgreSQL did not start: ${text}`)
  })
  // It exits for good after the tests: not an error then.
  failed.catch(() => undefined)
  await Promise.race([ready, failed])
}

/** Where Debian and Ubuntu, or PATH, have the server's programs; the newest version first. */
function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (found === undefined)
    throw new Error('there is no PostgreSQL here: install postgresql, or set DATABASE_URL')
  return found
}

interface Account {
  /** Arguments before a command that make it run as this account. */
  readonly prefix: readonly string[]
  readonly id?: { readonly user: number; readonly group: number }
}

/** PostgreSQL refuses to run as root: then it runs as the package's own user. */
function findAccount(): Account {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const ask = (option: string): number =>
    Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }).trim())
  return {
    prefix: ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'],
    id: { user: ask('-u'), group: ask('-g') },
  }
}
