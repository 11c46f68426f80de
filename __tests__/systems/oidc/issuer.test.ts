import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Job, type OidcIssuer, startOidcIssuer } from './issuer.ts'

const claims = {
  repository: 'acme/ai-gen-service',
  sha: 'a'.repeat(40),
  environment: 'staging',
  run_id: '42',
}

describe('the OIDC issuer', () => {
  let issuer: OidcIssuer

  beforeEach(async () => {
    issuer = await startOidcIssuer()
  })

  afterEach(async () => {
    await issuer.close()
  })

  /** Asks as a job does: the given address with the audience added, and the request token as bearer. */
  async function askToken(job: Job, audience?: string, token = job.requestToken): Promise<Response> {
    const url = `${job.requestUrl ?? ''}${audience === undefined ? '' : `&audience=${encodeURIComponent(audience)}`}`
    return fetch(url, {
      headers: { authorization: `bearer ${token ?? ''}`, accept: 'application/json; api-version=2.0' },
    })
  }

  const readToken = async (job: Job, audience?: string): Promise<string> =>
    ((await (await askToken(job, audience)).json()) as { value: string }).value

  test('signs a token that verifies against its published keys, with the claims of the job', async () => {
    const token = await readToken(issuer.startJob(claims), 'https://vault.example.com')
    const configuration = await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()
    const keys = createRemoteJWKSet(new URL((configuration as { jwks_uri: string }).jwks_uri))
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: 'https://vault.example.com',
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toMatchObject({
      sub: 'repo:acme/ai-gen-service:environment:staging',
      repository: 'acme/ai-gen-service',
      repository_owner: 'acme',
      environment: 'staging',
      ref: 'refs/heads/main',
      ref_type: 'branch',
      event_name: 'push',
      run_id: '42',
      job_workflow_ref: 'acme/ai-gen-service/.github/workflows/staging.yml@refs/heads/main',
    })
    expect(payload.exp! - payload.iat!).toBe(300)
    expect(configuration).toMatchObject({ claims_supported: expect.arrayContaining(Object.keys(payload)) })
  })

  test("takes the owner's address as audience when none is asked for, and gives each token its own id", async () => {
    const job = issuer.startJob(claims)
    const [one, two] = [decodeJwt(await readToken(job)), decodeJwt(await readToken(job))]
    expect(one.aud).toBe('https://github.com/acme')
    expect(one.jti).not.toBe(two.jti)
  })

  test.each([
    [{ event_name: 'push', ref: 'refs/tags/v1' }, 'repo:acme/x:ref:refs/tags/v1'],
    [{ event_name: 'pull_request', ref: 'refs/pull/1/merge' }, 'repo:acme/x:pull_request'],
    [{ event_name: 'pull_request', environment: 'a b' }, 'repo:acme/x:environment:a%20b'],
  ])('makes the subject of %j', async (more, subject) => {
    const job = issuer.startJob({ repository: 'acme/x', sha: 'a', ...more })
    expect(decodeJwt(await readToken(job)).sub).toBe(subject)
  })

  test('can be told to sign something wrong: another audience, a time that is past', async () => {
    const job = issuer.startJob({ ...claims, aud: 'elsewhere', exp: 1 })
    expect(decodeJwt(await readToken(job, 'here'))).toMatchObject({ aud: 'elsewhere', exp: 1 })
  })

  test('gives nothing to a job without id-token: write, and only its own to another', async () => {
    const without = issuer.startJob(claims, { contents: 'read' })
    expect(without).toMatchObject({ requestToken: null, requestUrl: null })
    const [one, two] = [issuer.startJob(claims), issuer.startJob(claims)]
    expect((await askToken(one, 'x', two.requestToken)).status).toBe(401)
    expect((await askToken(one, 'x', '')).status).toBe(401)
    const guessed = { ...without, requestUrl: one.requestUrl!.replace(one.id, without.id) }
    expect((await askToken(guessed, 'x', 'null')).status).toBe(401)
  })

  test('misbehaves as it is told, and then no more', async () => {
    const job = issuer.startJob(claims)
    issuer.inject(
      { pathPattern: '/token$', fault: 'cut-body' },
      { pathPattern: '/token$', fault: '503', retryAfter: '1' },
    )
    await expect(readToken(job)).rejects.toThrow()
    const busy = await askToken(job)
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await askToken(job)).status).toBe(200)
    expect(issuer.requests.map(({ fault, status }) => [fault, status])).toEqual([
      ['cut-body', 200],
      ['503', 503],
      [null, 200],
    ])
  })
})
