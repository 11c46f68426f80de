import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

describe('the OIDC issuer as a process', () => {
  let folder: string
  const stops: (() => Promise<void>)[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-oidc-'))
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' })
  })

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()))
    rmSync(folder, { recursive: true })
  })

  async function start(): Promise<string> {
    const script = join(import.meta.dirname, 'serve.ts')
    const files = ['cert', 'key'].flatMap((name) => [`--${name}`, join(folder, `${name}.pem`)])
    const options = ['--port', '0', '--signing-key', join(folder, 'signing.json'), ...files]
    const child = spawn(process.execPath, [script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    stops.push(async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return (JSON.parse(line) as { url: string }).url
  }

  /** A request over TLS that trusts the server's own certificate and nothing else. */
  async function ask(url: string, options: { method?: string; body?: object; token?: string } = {}) {
    const sent = request(url, {
      method: options.method ?? 'GET',
      ca: readFileSync(join(folder, 'cert.pem')),
      headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    })
    sent.end(options.body && JSON.stringify(options.body))
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
    return { status: response.statusCode, body: JSON.parse(await text(response)) as Record<string, unknown> }
  }

  test('serves tokens over TLS to a job that was started over its control interface', async () => {
    const url = await start()
    const claims = { repository: 'acme/ai-gen-service', sha: 'a'.repeat(40) }
    const job = (await ask(`${url}/_testbed/jobs`, { method: 'POST', body: { claims } })).body
    const answer = await ask(`${String(job.requestUrl)}&audience=x`, {
      token: String(job.requestToken),
    })
    expect(answer).toMatchObject({
      status: 200,
      body: { value: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/) },
    })
    const wrong = await ask(`${url}/_testbed/jobs`, { method: 'POST', body: {} })
    expect(wrong).toMatchObject({ status: 400, body: { message: 'Missing: claims.repository, claims.sha' } })
  })

  test('shows the same keys after a restart, and never the private part', async () => {
    const read = async () => (await ask(`${await start()}/.well-known/jwks`)).body
    const first = await read()
    await stops.pop()?.()
    expect(await read()).toEqual(first)
    expect(Object.keys((first.keys as object[])[0]!).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    expect(statSync(join(folder, 'signing.json')).mode & 0o777).toBe(0o600)
  })
})
