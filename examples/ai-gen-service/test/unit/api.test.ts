import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { runService } from '../support/run-service.ts'

interface Generation {
  readonly id: string
  readonly text: string
}
interface Page {
  readonly items: readonly Generation[]
  readonly next_cursor: string | null
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

describe('health', async () => {
  const service = await runService({ commit: 'abc123', apiToken: 'secret' })
  after(() => service.stop())

  it('says the version and the commit, without a token', async () => {
    const response = await service.get('/healthz')
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), {
      status: 'ok',
      version: manifest.version,
      commit: 'abc123',
      database: 'ok',
    })
  })

  it('is alive', async () => {
    assert.deepEqual(await (await service.get('/livez')).json(), { status: 'ok' })
  })
})

describe('generations', async () => {
  const service = await runService({})
  after(() => service.stop())

  it('are generated, found again and listed newest first', async () => {
    const ids: string[] = []
    for (const seed of [1, 2, 3]) {
      const response = await service.post('/v1/generations', { prompt: 'a quiet garden', seed })
      assert.equal(response.status, 201)
      const created = (await response.json()) as Generation
      assert.equal(response.headers.get('location'), `/v1/generations/${created.id}`)
      assert.deepEqual(await (await service.get(`/v1/generations/${created.id}`)).json(), created)
      ids.unshift(created.id)
    }
    const first = (await (await service.get('/v1/generations?limit=2')).json()) as Page
    assert.ok(first.next_cursor !== null)
    const second = (await (
      await service.get(`/v1/generations?limit=2&cursor=${first.next_cursor}`)
    ).json()) as Page
    assert.deepEqual(
      [...first.items, ...second.items].map((item) => item.id),
      ids,
    )
    assert.equal(second.next_cursor, null)
  })

  it('that do not exist are not found', async () => {
    for (const id of ['00000000-0000-4000-8000-000000000000', 'no-uuid', '%00']) {
      assert.equal((await service.get(`/v1/generations/${id}`)).status, 404)
    }
  })

  for (const query of [
    'limit=0',
    'limit=101',
    'limit=1&limit=2',
    'limit=',
    'cursor=0',
    'cursor=x',
    'page=2',
  ]) {
    it(`are not listed by ?${query}`, async () => {
      assert.equal((await service.get(`/v1/generations?${query}`)).status, 400)
    })
  }

  it('are not made from an invalid request, and the answer says why', async () => {
    const response = await service.post('/v1/generations', { prompt: '' })
    assert.equal(response.status, 422)
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    const { errors } = (await response.json()) as { errors: { pointer: string }[] }
    assert.deepEqual(
      errors.map((error) => error.pointer),
      ['/prompt'],
    )
  })
})

describe('the protocol', async () => {
  const service = await runService({})
  after(() => service.stop())
  const send = (init: RequestInit, path = '/v1/generations'): Promise<Response> =>
    fetch(service.url + path, init)
  const json = { 'content-type': 'application/json' }

  it('refuses a body that is not JSON', async () => {
    for (const body of ['{', '', '\u{feff}{', Buffer.from([0x22, 0xff, 0x22])]) {
      assert.equal((await send({ method: 'POST', headers: json, body })).status, 400)
    }
  })

  it('refuses another media type or charset', async () => {
    for (const type of ['text/plain', 'application/json; charset=latin1', 'application/jsonp']) {
      const response = await send({ method: 'POST', headers: { 'content-type': type }, body: '{}' })
      assert.equal(response.status, 415)
      assert.equal(response.headers.get('accept-post'), 'application/json')
    }
  })

  it('refuses a body above 64 KiB', async () => {
    assert.equal((await service.post('/v1/generations', { prompt: 'a'.repeat(65_536) })).status, 413)
  })

  it('names the methods that a path has', async () => {
    const response = await send({ method: 'DELETE' })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'GET, HEAD, POST')
    assert.equal((await send({ method: 'POST' }, '/healthz')).headers.get('allow'), 'GET, HEAD')
  })

  it('answers HEAD as GET without a body', async () => {
    const response = await send({ method: 'HEAD' }, '/healthz')
    assert.equal(response.status, 200)
    assert.equal(await response.text(), '')
  })

  it('knows no other path, whatever it looks like', async () => {
    for (const path of ['/', '//', '/v1/generations/', '/v1/generations/a/b', '/healthz/']) {
      const status = await new Promise((resolve, reject) => {
        // Not fetch: it would tidy the path up.
        request({ host: '127.0.0.1', port: service.port, path }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
      assert.equal(status, 404, path)
    }
  })
})

describe('the token', async () => {
  const service = await runService({ apiToken: 'right' })
  after(() => service.stop())

  it('lets in who has it', async () => {
    assert.equal((await service.get('/v1/generations', { authorization: 'bearer right' })).status, 200)
  })

  for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic right', 'right', 'Bearer right wrong']) {
    it(`keeps out who sends "${authorization}"`, async () => {
      const response = await service.get('/v1/generations', { authorization })
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="ai-gen-service"')
    })
  }

  it('is asked for before anything is said about a path', async () => {
    assert.equal((await service.get('/v1/unknown')).status, 401)
  })
})

describe('the content policy of a running service', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ai-gen-policy-'))
  after(() => {
    rmSync(folder, { recursive: true })
  })
  const policyFile = join(folder, 'blocklist.txt')
  writeFileSync(policyFile, 'mutiny\n')
  const service = await runService({ policyFile })
  after(() => service.stop())

  it('refuses a prompt with a blocked word', async () => {
    assert.equal((await service.post('/v1/generations', { prompt: 'a mutiny' })).status, 403)
    assert.equal((await service.post('/v1/generations', { prompt: 'a garden' })).status, 201)
  })

  it('must be readable, or the service does not start', async () => {
    await assert.rejects(runService({ policyFile: join(folder, 'missing') }), /cannot be read: ENOENT/)
  })
})
