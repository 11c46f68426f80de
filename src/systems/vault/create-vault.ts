import { StagegateError } from '../../errors/index.ts'
import { withGrace } from '../clock/grace.ts'
import { decodeClaims } from '../runner/claims.ts'
import type { RequestIdToken } from '../runner/id-token.ts'
import type { Secrets } from '../runner/secrets.ts'
import { explainLogin } from './explain-login.ts'
import type { Vault } from './vault.ts'
import { createVaultClient, type VaultConnection, type VaultLogin } from './vault-client.ts'
import { readRefusal, toVaultError } from './vault-error.ts'
import { encodePath } from './vault-path.ts'
import { openSession, type SessionToken } from './vault-session.ts'

/** How to log in: with the run's own identity, or with a token that somebody gave. */
export type VaultAuth =
  | {
      readonly method: 'jwt'
      readonly role: string
      /** Where the JWT method is mounted below `auth/`: `jwt`. */
      readonly mount: string
      /** What the role lists under bound_audiences; as a rule the URL of the Vault. */
      readonly audience: string
      readonly requestIdToken: RequestIdToken
    }
  | { readonly method: 'token'; readonly token: string }

export interface VaultOptions extends VaultConnection {
  readonly auth: VaultAuth
  readonly secrets: Secrets
}

/** A login that is under way when the run is cancelled may still be answered for so long, in milliseconds. */
const ANSWER_MS = 1_500

/** Vault, or OpenBao, by its HTTP API. */
export function createVault(options: VaultOptions): Vault {
  return {
    configured: true,
    async open(signal) {
      const login = await logIn(options, signal)
      options.secrets.add(login.token)
      const session = openSession(options, options.secrets, login)
      if (!signal.aborted) return session
      await session.close(signal)
      throw signal.reason
    },
  }
}

/** The Vault of a run whose inputs name none. */
export const noVault: Vault = {
  configured: false,
  open() {
    return Promise.reject(
      new StagegateError('E_INPUT_INVALID', {
        message: 'Secrets are to be read, but the input vault-url is not set.',
        next: 'Set vault-url and vault-role.',
      }),
    )
  },
}

async function logIn(options: VaultOptions, signal: AbortSignal): Promise<SessionToken> {
  const { auth, url } = options
  if (auth.method === 'token')
    return { token: auth.token, accessor: undefined, ttl: undefined, revocable: false }

  const { role, audience } = auth
  const mount = encodePath(auth.mount)
  const jwt = await auth.requestIdToken(audience, signal)
  signal.throwIfAborted()
  const client = createVaultClient(options, withGrace(signal, ANSWER_MS))
  let answer: VaultLogin
  try {
    answer = await client.logIn(role, jwt, mount)
  } catch (thrown) {
    const error = toVaultError(thrown, url, `log in with the role ${role} at auth/${mount}`, signal)
    const status = readRefusal(thrown)?.status
    // An unknown role and a claim that does not match are both a 400; an unknown mount is a 403 or a 404.
    if (status === undefined || ![400, 403, 404].includes(status) || !(error instanceof StagegateError))
      throw error
    throw new StagegateError('E_VAULT_LOGIN_DENIED', {
      message: `Vault refused the login with the role ${role} at auth/${mount} (${status}).`,
      evidence: [...error.evidence, ...explainLogin(role, mount, audience, decodeClaims(jwt) ?? {})],
    })
  }
  if (typeof answer.client_token !== 'string' || answer.client_token === '') {
    throw new StagegateError('E_VAULT_PROTOCOL', {
      message: `Vault's answer to the login has no token in it.`,
    })
  }
  return {
    token: answer.client_token,
    accessor: typeof answer.accessor === 'string' ? answer.accessor : undefined,
    ttl: typeof answer.lease_duration === 'number' ? answer.lease_duration : undefined,
    revocable: true,
  }
}
