import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { run } from '../command.ts'
import { postgresFolders, programPath } from '../debian-packages.ts'
import { TestbedFailure } from '../failure.ts'
import { readOrCreateSecret, writeAtomically } from '../files.ts'
import { folderOf, type Part } from '../part.ts'

/** The names that the database, the Vault role and the sample's migrations agree on. */
export const database = {
  name: 'ai_gen',
  owner: 'ai_gen_owner',
  app: 'ai_gen_app',
  superuser: 'postgres',
} as const

export const postgres: Part<'postgres'> = {
  name: 'postgres',
  title: 'PostgreSQL',
  needs: ['network'],
  programs: ['initdb', 'psql'],
  async up(context) {
    const folder = folderOf(context, 'postgres')
    const superuserPassword = readOrCreateSecret(join(folder, 'superuser-password'))
    const appPassword = readOrCreateSecret(join(folder, 'app-password'))
    const user = await readUser()
    const server = postgresFolders()[0] ?? dirname(programPath('initdb'))
    const cluster = join(folder, 'cluster')
    if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(server, cluster, user, superuserPassword)
    const rules = renderAccessRules()
    writeAtomically(join(cluster, 'pg_hba.conf'), rules, 0o644)
    const sockets = join(folder, 'sockets')
    mkdirSync(sockets, { recursive: true })
    chownSync(sockets, user.uid, user.gid)
    if (context.processes.running('postgres') === undefined) {
      // Left by a server that was killed; it would keep the next one from starting when its process id is in use again.
      rmSync(join(cluster, 'postmaster.pid'), { force: true })
    }
    await context.processes.ensure({
      name: 'postgres',
      part: 'postgres',
      argv: asUser(user, [
        join(server, 'postgres'),
        ...['-D', cluster, '-k', sockets, '-p', String(ports.postgres)],
        ...[
          '-c',
          `listen_addresses=127.0.0.1,${addresses.machine}`,
          '-c',
          'password_encryption=scram-sha-256',
        ],
        // The data lives as long as the testbed: nothing is lost that a crash could lose.
        ...['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
      ]),
      configuration: [rules],
      // The fast shutdown: SIGTERM would wait for the last client to go.
      stopSignal: 'SIGINT',
      listens: [`127.0.0.1:${ports.postgres}`, `${addresses.machine}:${ports.postgres}`],
      ready: () => sql(superuserPassword, 'postgres', 'SELECT 1'),
    })
    await createDatabase(superuserPassword, appPassword)
    return {
      host: '127.0.0.1',
      port: ports.postgres,
      serviceHost: 'postgres.staging.svc',
      database: database.name,
      superuser: { username: database.superuser, password: superuserPassword },
      owner: database.owner,
      app: { username: database.app, password: appPassword },
    }
  },
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: Debian's package makes a user for it. */
async function readUser(): Promise<User> {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? 0 }
  const entry = await run(['getent', 'passwd', 'postgres'], { next: 'apt-get install postgresql' })
  const [, , foundUid, gid] = entry.split(':')
  return { uid: Number(foundUid), gid: Number(gid) }
}

function asUser(user: User, argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
  if (process.getuid?.() !== 0) return argv
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...argv]
}

async function initialise(server: string, cluster: string, user: User, password: string): Promise<void> {
  rmSync(cluster, { recursive: true, force: true })
  mkdirSync(cluster, { mode: 0o700 })
  chownSync(cluster, user.uid, user.gid)
  const passwordFile = `${cluster}.password`
  writeAtomically(passwordFile, `${password}\n`)
  chownSync(passwordFile, user.uid, user.gid)
  await run(
    asUser(user, [
      join(server, 'initdb'),
      ...['-D', cluster, '--username', database.superuser, `--pwfile=${passwordFile}`, '--no-sync'],
      ...['--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256'],
    ]),
    { cwd: '/' },
  )
  rmSync(passwordFile)
}

/** pg_hba.conf: everyone needs a password, from the machine itself and from pods. */
function renderAccessRules(): string {
  const sources = ['127.0.0.1/32', `${addresses.machine}/32`, addresses.pods]
  return [
    'local all all scram-sha-256',
    ...sources.map((source) => `host all all ${source} scram-sha-256`),
    '',
  ].join('\n')
}

/** Runs statements as the superuser; the password goes by the environment, the statements by standard input. */
export async function sql(password: string, name: string, statements: string): Promise<string> {
  return run(
    [
      ...([programPath('psql'), '--no-psqlrc', '--quiet', '--tuples-only', '--no-align'] as const),
      ...['--set', 'ON_ERROR_STOP=1', '--host', '127.0.0.1', '--port', String(ports.postgres)],
      ...['--username', database.superuser, '--dbname', name],
    ],
    { input: statements, env: { PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' } },
  )
}

/**
 * The owner cannot log in: migrations come with short-lived users that are members of it, and what they make belongs
 * to it. The application may use all of that and change none of it.
 */
async function createDatabase(superuserPassword: string, appPassword: string): Promise<void> {
  if (!/^[0-9a-f]+$/.test(appPassword)) throw new TestbedFailure('the generated password is not hexadecimal')
  const missing = async (query: string) => (await sql(superuserPassword, 'postgres', query)).trim() === ''
  const create = async (statement: string) => sql(superuserPassword, 'postgres', statement)
  for (const role of [database.owner, database.app]) {
    if (await missing(`SELECT 1 FROM pg_roles WHERE rolname = '${role}'`)) await create(`CREATE ROLE ${role}`)
  }
  await create(`ALTER ROLE ${database.app} LOGIN PASSWORD '${appPassword}'`)
  if (await missing(`SELECT 1 FROM pg_database WHERE datname = '${database.name}'`)) {
    await create(`CREATE DATABASE ${database.name} OWNER ${database.owner}`)
  }
  await sql(
    superuserPassword,
    database.name,
    `ALTER SCHEMA public OWNER TO ${database.owner};
     GRANT USAGE ON SCHEMA public TO ${database.app};
     ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public
       GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${database.app};
     ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public
       GRANT USAGE, SELECT ON SEQUENCES TO ${database.app};`,
  )
}
