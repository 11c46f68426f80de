import { readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { ports } from '../addresses.ts'
import { deployerClaims } from '../kubernetes/deployer.ts'
import { sectionOf, type PartContext } from '../part.ts'
import type { VaultClient } from './client.ts'

/** The names that testbed.json tells. */
export const names = {
  authMount: 'jwt',
  role: 'staging',
  paths: {
    appSecret: 'secret/staging/ai-gen',
    migrator: 'database/creds/migrator',
    versionOne: 'kv1/staging/ai-gen',
  },
} as const

const policy = `
path "secret/data/staging/*" { capabilities = ["read"] }
path "kv1/staging/*" { capabilities = ["read"] }
path "database/creds/migrator" { capabilities = ["read"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`

/** Brings a server to the state that a staging team's Vault has. Safe to repeat: what is there is left or overwritten. */
export async function configureVault(client: VaultClient, context: PartContext): Promise<void> {
  const mounted = await client.read<{ data: Record<string, unknown> }>('sys/mounts')
  const mount = async (path: string, settings: unknown) => {
    if (!(`${path}/` in mounted.data)) await client.write(`sys/mounts/${path}`, settings)
  }
  await mount('secret', { type: 'kv', options: { version: '2' } })
  await mount('kv1', { type: 'kv', options: { version: '1' } })
  await mount('database', { type: 'database' })
  await client.write('sys/policies/acl/staging', { policy })
  await Promise.all([
    trustRuns(client, context),
    serveDatabaseUsers(client, context),
    writeSecrets(client, context),
  ])
}

/** The way in: a run's token, of one repository and one environment, for 15 minutes. */
async function trustRuns(client: VaultClient, context: PartContext): Promise<void> {
  const { issuer } = sectionOf(context, 'oidc')
  const enabled = await client.read<{ data: Record<string, unknown> }>('sys/auth')
  if (!(`${names.authMount}/` in enabled.data))
    await client.write(`sys/auth/${names.authMount}`, { type: 'jwt' })
  await client.write(`auth/${names.authMount}/config`, {
    oidc_discovery_url: issuer,
    oidc_discovery_ca_pem: readFileSync(sectionOf(context, 'certificates').authority, 'utf8'),
    bound_issuer: issuer,
  })
  await client.write(`auth/${names.authMount}/role/${names.role}`, {
    role_type: 'jwt',
    user_claim: 'repository',
    bound_audiences: [`https://127.0.0.1:${ports.vault}`],
    bound_claims: deployerClaims,
    token_policies: ['staging'],
    token_ttl: '15m',
    token_max_ttl: '15m',
  })
}

/**
 * Short-lived users for migrations. They act as the owner from their first statement, so that what they make stays when
 * they are dropped.
 */
async function serveDatabaseUsers(client: VaultClient, context: PartContext): Promise<void> {
  const { database, host, port, owner, superuser } = sectionOf(context, 'postgres')
  await client.write('database/config/ai-gen', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: ['migrator'],
    connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/${database}?sslmode=disable`,
    username: superuser.username,
    password: superuser.password,
  })
  await client.write('database/roles/migrator', {
    db_name: 'ai-gen',
    creation_statements: [
      `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE ${owner};`,
      `ALTER ROLE "{{name}}" SET role TO ${owner};`,
    ],
    revocation_statements: [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';`,
      `DROP ROLE IF EXISTS "{{name}}";`,
    ],
    default_ttl: '15m',
    max_ttl: '1h',
  })
}

async function writeSecrets(client: VaultClient, context: PartContext): Promise<void> {
  const { app } = sectionOf(context, 'postgres')
  const path = names.paths.appSecret.replace('secret/', 'secret/data/')
  // The API token is kept over a second `up`, so that a running deployment stays valid.
  const found = await client
    .read<{ data: { data: { API_TOKEN?: string } } }>(path)
    .then((answer) => answer.data.data.API_TOKEN)
    .catch(() => undefined)
  const apiToken = found ?? randomBytes(24).toString('hex')
  const secret = { DB_USER: app.username, DB_PASSWORD: app.password, API_TOKEN: apiToken }
  if (found === undefined) await client.write(path, { data: secret })
  await client.write(names.paths.versionOne, secret)
}
