import HashiVault from 'hashi-vault-js'
import type { Http, Tls } from '../http/http.ts'
import { createVaultAdapter } from './vault-adapter.ts'
import { stripEnd } from '../../text/strip-end.ts'

export interface VaultConnection {
  readonly http: Http
  /** `https://vault.example.com`, with a path only if a proxy asks for one. */
  readonly url: string
  /** Enterprise namespace. */
  readonly namespace: string | undefined
  readonly tls: Tls | undefined
}

/** Class R for Vault: 5 attempts of 10 s, 30 s in all. */
const POLICY = { attempts: 5, attemptMs: 10_000, totalMs: 30_000, firstDelayMs: 1000, maxDelayMs: 5000 }

/** What a generic answer of Vault holds. */
export interface VaultAnswer {
  readonly lease_id?: unknown
  readonly lease_duration?: unknown
  readonly data?: unknown
}

/** The login's answer. */
export interface VaultLogin {
  readonly client_token?: unknown
  readonly accessor?: unknown
  readonly lease_duration?: unknown
}

/**
 * hashi-vault-js with our own transport: its requests, our deadlines, retries and TLS. Where it loses what we need (the
 * lease of a dynamic secret), its axios instance is asked directly. One for each operation, since its methods take no
 * signal. Rejects with what the adapter threw; `toVaultError` makes an error of it.
 */
export interface VaultClient {
  logIn(role: string, jwt: string, mount: string): Promise<VaultLogin>
  /** @param path encoded, below `/v1/` */
  read(token: string, path: string): Promise<VaultAnswer>
  revokeLease(token: string, leaseId: string): Promise<void>
  revokeSelf(token: string): Promise<void>
}

interface AxiosInstance {
  defaults: { adapter: unknown }
  request(config: object): Promise<{ readonly data: unknown }>
}

export function createVaultClient(
  connection: VaultConnection,
  signal: AbortSignal,
  policy: Partial<typeof POLICY> = {},
): VaultClient {
  const { http, url, namespace, tls } = connection
  const vault = new HashiVault({ baseUrl: `${stripEnd(url, '/')}/v1`, namespace, timeout: 0 })
  const instance = vault.instance as AxiosInstance
  instance.defaults.adapter = createVaultAdapter(http, { tls, signal, policy: { ...POLICY, ...policy } })
  const headers = (token: string): object => ({ 'X-Vault-Token': token })

  return {
    async logIn(role, jwt, mount) {
      // The library has no JWT login by name; this one sends just the request that a JWT mount wants.
      // Its type leaves out that it is a promise.
      const answer = vault.loginWithK8s(role, jwt, `auth/${mount}`) as Promise<VaultLogin>
      return await answer
    },
    async read(token, path) {
      const answer = await instance.request({ method: 'get', url: `/${path}`, headers: headers(token) })
      return answer.data as VaultAnswer
    },
    async revokeLease(token, leaseId) {
      const data = { lease_id: leaseId, sync: true }
      await instance.request({ method: 'post', url: '/sys/leases/revoke', headers: headers(token), data })
    },
    async revokeSelf(token) {
      await vault.revokeSelfToken(token)
    },
  }
}
