import type { InputReader } from './input-reader.ts'
import type { VaultInputs, VaultLogin } from './inputs.ts'

/** A path of Vault as one name: no empty, `.` or `..` part, nothing that means something in a URL. */
const mount = {
  pattern: /^(?!auth\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/,
  allowed: 'a path such as jwt or team/jwt, without auth/ before it',
}
const namespace = { ...mount, allowed: 'a path such as team/staging' }

/** How Vault is reached and logged in to; undefined where the inputs name none. */
export function readVaultInputs(reader: InputReader, warn: (text: string) => void): VaultInputs | undefined {
  const url = reader.serverUrl('vault-url')
  const kind = reader.choice('vault-auth', ['jwt', 'token'])
  const login = kind === 'jwt' ? readJwtLogin(reader, url) : readTokenLogin(reader, url, warn)
  const rest = {
    namespace: reader.line('vault-namespace', namespace),
    caCertificate: reader.certificates('vault-ca-certificate'),
  }
  if (url !== undefined && login !== undefined) return { url, login, ...rest }
  if (url === undefined && (reader.text('vault-role') ?? reader.text('vault-token')) !== undefined) {
    warn('vault-role or vault-token is set, vault-url is empty: this run has no Vault.')
  }
  return undefined
}

function readJwtLogin(reader: InputReader, url: string | undefined): VaultLogin | undefined {
  const role = reader.line('vault-role', { pattern: /^[\w.-]{1,128}$/, allowed: 'the name of a role' })
  const path = reader.line('vault-auth-mount', mount) ?? 'jwt'
  const audience = reader.line('vault-audience') ?? url
  if (url === undefined || audience === undefined) return undefined
  if (reader.text('vault-role') === undefined) reader.refuse('vault-role', 'is needed with vault-auth: jwt')
  return role === undefined ? undefined : { kind: 'jwt', mount: path, role, audience }
}

function readTokenLogin(
  reader: InputReader,
  url: string | undefined,
  warn: (text: string) => void,
): VaultLogin | undefined {
  const token = reader.line('vault-token')
  if (url !== undefined && token === undefined)
    warn('vault-auth is token, vault-token is empty: this run has no Vault.')
  return token === undefined ? undefined : { kind: 'token', token }
}
