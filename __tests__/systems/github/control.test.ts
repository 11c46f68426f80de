import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

interface Running {
  readonly url: string
  stop(): Promise<number | null>
}

describe('the GitHub server as a process', () => {
  let folder: string
  let stateFile: string
  const started: Running[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-github-'))
    stateFile = join(folder, 'state.json')
  })

  afterEach(async () => {
    await Promise.all(started.splice(0).map((running) => running.stop()))
    rmSync(folder, { recursive: true })
  })

  async function start(): Promise<Running> {
    const script = join(import.meta.dirname, 'serve.ts')
    const child = spawn(process.execPath, [script, '--port', '0', '--state-file', stateFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const running: Running = {
      url: (JSON.parse(line) as { url: string }).url,
      stop: async () => {
        if (child.exitCode !== null) return child.exitCode
        child.kill('SIGTERM')
        const [code] = (await once(child, 'exit')) as [number | null]
        return code
      },
    }
    started.push(running)
    return running
  }

  const control = async (url: string, method: string, name: string, body?: object) => {
    const response = await fetch(`${url}/_testbed/${name}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  test('is set up over HTTP, keeps its state over a restart, and ends on SIGTERM', async () => {
    const one = await start()
    await control(one.url, 'POST', 'repositories', { owner: 'acme', name: 'ai-gen-service' })
    const { body: token } = await control(one.url, 'POST', 'tokens', {
      repository: 'acme/ai-gen-service',
      permissions: { statuses: 'write' },
    })
    const headers = { authorization: `Bearer ${String(token.token)}`, 'content-type': 'application/json' }
    const path = `/repos/acme/ai-gen-service/statuses/${'a'.repeat(40)}`
    const created = await fetch(one.url + path, { method: 'POST', headers, body: '{"state":"success"}' })
    expect(created.status).toBe(201)
    expect((await control(one.url, 'GET', 'requests')).body).toMatchObject([
      { operationId: 'repos/create-commit-status', status: 201, tokenId: token.id },
    ])
    expect(await one.stop()).toBe(0)
    expect(statSync(stateFile).mode & 0o777).toBe(0o600)

    const two = await start()
    const list = await fetch(`${two.url}/repos/acme/ai-gen-service/commits/${'a'.repeat(40)}/statuses`, {
      headers,
    })
    expect(await list.json()).toMatchObject([{ state: 'success' }])
    expect((await control(two.url, 'GET', 'violations')).body).toEqual([])
  })

  test('never shows the value of a token', async () => {
    const { url } = await start()
    const { body } = await control(url, 'POST', 'tokens', { repository: 'acme/x' })
    const value = String(body.token)
    await fetch(`${url}/meta`, { headers: { authorization: `Bearer ${value}` } })
    for (const name of ['state', 'requests', 'violations']) {
      expect(JSON.stringify((await control(url, 'GET', name)).body)).not.toContain(value)
    }
    expect(readFileSync(stateFile, 'utf8')).toContain(value)
  })

  test('begins a new hour for the jobs of a repository', async () => {
    const { url } = await start()
    const repository = 'acme/ai-gen-service'
    await control(url, 'POST', 'repositories', { owner: 'acme', name: 'ai-gen-service' })
    const { body } = await control(url, 'POST', 'tokens', { repository })
    const headers = { authorization: `Bearer ${String(body.token)}` }
    const used = async () => (await fetch(`${url}/meta`, { headers })).headers.get('x-ratelimit-used')
    expect([await used(), await used()]).toEqual(['1', '2'])
    await control(url, 'POST', 'hour', { repository })
    expect(await used()).toBe('1')
  })

  test('says what is wrong with a control request', async () => {
    const { url } = await start()
    expect(await control(url, 'POST', 'repositories', { owner: 'acme' })).toMatchObject({
      status: 400,
      body: { message: 'Missing: name' },
    })
    expect(await control(url, 'POST', 'faults', { fault: 'explode' })).toMatchObject({ status: 400 })
    expect(await control(url, 'GET', 'nothing')).toMatchObject({ status: 404 })
  })

  test('forgets everything on reset', async () => {
    const { url } = await start()
    await control(url, 'POST', 'repositories', { owner: 'acme', name: 'ai-gen-service' })
    await control(url, 'POST', 'faults', { fault: 'hang', times: 'forever' })
    await control(url, 'POST', 'reset')
    expect((await control(url, 'GET', 'state')).body).toMatchObject({ repositories: [], tokens: [] })
    expect((await control(url, 'GET', 'faults')).body).toEqual([])
  })
})
