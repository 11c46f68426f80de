import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { readTestbed } from '../../../script/lib/testbed/description.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createIdToken } from '../../../src/systems/runner/id-token.ts'
import { createVault, type VaultOptions } from '../../../src/systems/vault/create-vault.ts'
import type { Vault, VaultSession } from '../../../src/systems/vault/vault.ts'

const testbed = readTestbed()
const { url, authority, audience, authMount, role, paths, rootToken } = testbed.vault
const ca = readFileSync(authority, 'utf8')
const signal = new AbortController().signal
const http = createHttp({ clock: systemClock, userAgent: 'test', env: {} })
const secrets = new Set<string>()

afterAll(() => {
  http.close()
})

/** The environment of a job with id-token: write, made by the issuer. */
async function job(claims: Record<string, unknown>): Promise<Record<string, string>> {
  const answer = await http.send({
    system: 'oidc',
    method: 'POST',
    url: testbed.oidc.jobs,
    tls: { ca },
    body: JSON.stringify({ claims, permissions: { 'id-token': 'write' } }),
    signal,
  })
  const { requestToken, requestUrl } = answer.json() as { requestToken: string; requestUrl: string }
  return { ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken }
}

const staging = { repository: 'acme/ai-gen-service', sha: 'a'.repeat(40), environment: 'staging' }

async function vaultOf(
  claims: Record<string, unknown> = staging,
  more: Partial<VaultOptions> & { readonly role?: string; readonly mount?: string } = {},
): Promise<Vault> {
  const env = await job(claims)
  const trusting = {
    ...http,
    send: (request: Parameters<typeof http.send>[0]) => http.send({ ...request, tls: { ca } }),
  }
  const sink = { add: (value: string) => secrets.add(value) }
  const requestIdToken = createIdToken({ http: trusting, clock: systemClock, secrets: sink, env })
  return createVault({
    http,
    url,
    namespace: undefined,
    tls: { ca },
    secrets: sink,
    auth: {
      method: 'jwt',
      role: more.role ?? role,
      mount: more.mount ?? authMount,
      audience,
      requestIdToken,
    },
    ...more,
  })
}

async function withSession<T>(act: (session: VaultSession) => Promise<T>): Promise<T> {
  const session = await (await vaultOf()).open(signal)
  try {
    return await act(session)
  } finally {
    expect(await session.close(signal)).toEqual({ revoked: true })
  }
}

async function lookUp(path: string, body: object): Promise<number> {
  const answer = await http.send({
    system: 'vault',
    method: 'POST',
    url: `${url}/v1/${path}`,
    headers: { 'x-vault-token': rootToken },
    tls: { ca },
    body: JSON.stringify(body),
    signal,
  })
  return answer.status
}

describe('the Vault of the testbed', () => {
  test('lets the run in by its OIDC token, and gives secrets of version 2, version 1 and a database user at once', async () => {
    const [app, migrator, old] = await withSession((session) =>
      session.read([paths.appSecret, paths.migrator, paths.versionOne], signal),
    )
    expect(Object.keys(app?.values ?? {}).sort()).toEqual(['API_TOKEN', 'DB_PASSWORD', 'DB_USER'])
    expect(old?.values).toEqual(app?.values)
    expect(Object.keys(migrator?.values ?? {}).sort()).toEqual(['password', 'username'])
    expect(app?.leaseId).toBeUndefined()
    expect(migrator?.leaseId).toMatch(/^database\/creds\/migrator\//)
    const values = [app, migrator, old].flatMap((each) => Object.values(each?.values ?? {}))
    expect(values.filter((value) => !secrets.has(value))).toEqual([])
  })

  test('has neither the token nor the lease any more when the session is closed', async () => {
    const before = new Set(secrets)
    const lease = await withSession(async (session) => {
      const [migrator] = await session.read([paths.migrator], signal)
      expect(await lookUp('sys/leases/lookup', { lease_id: migrator?.leaseId })).toBe(200)
      return migrator?.leaseId
    })
    expect(await lookUp('sys/leases/lookup', { lease_id: lease })).toBe(400)
    const tokens = [...secrets].filter((value) => !before.has(value) && value.startsWith('s.'))
    expect(tokens).toHaveLength(1)
    expect(await lookUp('auth/token/lookup', { token: tokens[0] })).toBe(403)
  })

  test.each([
    ['another repository', { repository: 'acme/other' }],
    ['another environment', { environment: 'production' }],
  ])('refuses %s, and says which claims came', async (_what, claims) => {
    const refused = (await vaultOf({ ...staging, ...claims })).open(signal)
    await expect(refused).rejects.toMatchObject({
      code: 'E_VAULT_LOGIN_DENIED',
      evidence: expect.arrayContaining([
        `  ${Object.keys(claims)[0] ?? ''}: ${Object.values(claims)[0] ?? ''}`,
      ]),
    })
  })

  test.each([
    ['role', { role: 'not-there' }],
    ['mount', { mount: 'not-there' }],
  ])('refuses an unknown %s', async (_what, more) => {
    await expect((await vaultOf(staging, more)).open(signal)).rejects.toMatchObject({
      code: 'E_VAULT_LOGIN_DENIED',
    })
  })

  test.each([
    ['secret/staging/not-there', 'E_VAULT_SECRET_MISSING'],
    ['secret/production/ai-gen', 'E_VAULT_FORBIDDEN'],
    ['nowhere/x', 'E_VAULT_FORBIDDEN'],
    ['secret/../auth/token/lookup-self', 'E_VAULT_MOUNT'],
  ])('asked for %s says %s', async (path, code) => {
    const session = await (await vaultOf()).open(signal)
    await expect(session.read([paths.appSecret, path], signal)).rejects.toMatchObject({ code })
    expect(await session.close(signal)).toEqual({ revoked: true })
  })

  test('is not believed when another authority than the given one signs for it', async () => {
    await expect((await vaultOf(staging, { tls: undefined })).open(signal)).rejects.toMatchObject({
      code: 'E_VAULT_TLS',
    })
  })

  test('keeps a token that somebody gave, and loses the leases', async () => {
    const vault = await vaultOf(staging, { auth: { method: 'token', token: rootToken } })
    const session = await vault.open(signal)
    const [migrator] = await session.read([paths.migrator], signal)
    expect(await session.close(signal)).toEqual({ revoked: true })
    expect(await lookUp('sys/leases/lookup', { lease_id: migrator?.leaseId })).toBe(400)
    expect(await lookUp('auth/token/lookup', { token: rootToken })).toBe(200)
  })
})
