import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { runService, type ServiceUnderTest } from '../support/run-service.ts'
import { startPostgres, type Postgres } from '../support/start-postgres.ts'

interface Generation {
  readonly id: string
  readonly seed: number
}
interface Page {
  readonly items: readonly Generation[]
  readonly next_cursor: string | null
}

const migrations = new URL('../../db/migration/', import.meta.url)

/** Every migration's text, in the order of its version. */
function readMigrations(): string[] {
  const version = (name: string): number => Number(/^V(\d+)__.+\.sql$/.exec(name)?.[1])
  return readdirSync(migrations)
    .sort((a, b) => version(a) - version(b))
    .map((name) => readFileSync(new URL(name, migrations), 'utf8'))
}

describe('the service on PostgreSQL', () => {
  let postgres: Postgres
  let client: pg.Client
  let service: ServiceUnderTest
  // A schema of its own, so that a database that was given can be used again and again.
  const schema = `test_${randomBytes(6).toString('hex')}`

  before(async () => {
    postgres = await startPostgres()
    const url = `${postgres.url}${postgres.url.includes('?') ? '&' : '?'}options=-csearch_path%3D${schema}`
    client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`)
    service = await runService({ store: { kind: 'postgres', url } })
  })
  after(async () => {
    try {
      await service.stop()
      await client.query(`DROP SCHEMA ${client.escapeIdentifier(schema)} CASCADE`)
      await client.end()
    } finally {
      await postgres.stop()
    }
  })

  it('is healthy before the first migration, but says that it cannot answer yet', async () => {
    assert.equal((await service.get('/healthz')).status, 200)
    const responses = [
      await service.get('/v1/generations'),
      await service.get('/v1/generations/00000000-0000-4000-8000-000000000000'),
      await service.post('/v1/generations', { prompt: 'a garden' }),
    ]
    for (const response of responses) {
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('retry-after'), '5')
      assert.match(await response.text(), /does not have this version’s tables yet/)
    }
  })

  it('answers once the migrations were applied, without a restart', async () => {
    for (const migration of readMigrations()) await client.query(migration)
    const response = await service.get('/v1/generations')
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), { items: [], next_cursor: null })
  })

  it('stores what it generates, to the largest seed and the rarest character', async () => {
    const request = {
      prompt: '🚢 “quotes”; DROP TABLE generations; --',
      style: 'playful',
      seed: 4_294_967_295,
    }
    const response = await service.post('/v1/generations', request)
    assert.equal(response.status, 201)
    const created = (await response.json()) as Generation
    assert.deepEqual(await (await service.get(`/v1/generations/${created.id.toUpperCase()}`)).json(), created)
    const { rows } = await client.query('SELECT prompt, style, seed FROM generations WHERE id = $1', [
      created.id,
    ])
    assert.deepEqual(rows, [{ ...request, seed: String(request.seed) }])
  })

  it('pages through all generations, newest first, each once', async () => {
    for (const seed of [1, 2, 3, 4]) await service.post('/v1/generations', { prompt: 'a garden', seed })
    const seeds: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = (await (await service.get(`/v1/generations?limit=2${query}`)).json()) as Page
      seeds.push(...page.items.map((item) => item.seed))
      cursor = page.next_cursor
    }
    assert.deepEqual(seeds, [4, 3, 2, 1, 4_294_967_295])
  })

  it('keeps the rows of 1.0.0, which knew no style', async () => {
    await client.query(
      `INSERT INTO generations (id, prompt, seed, text, created_at)
       VALUES ('00000000-0000-4000-8000-000000000001', 'old', 1, 'old text', now())`,
    )
    const response = await service.get('/v1/generations/00000000-0000-4000-8000-000000000001')
    assert.equal(((await response.json()) as { style: string }).style, 'plain')
  })

  it('finishes what it has begun when it is stopped', async () => {
    const stopping = await runService({ store: { kind: 'postgres', url: postgres.url } })
    const answer = stopping.get('/healthz')
    const [response] = await Promise.all([answer, answer.then(() => stopping.stop())])
    assert.equal(response.status, 200)
    await assert.rejects(stopping.get('/healthz'))
  })
})

describe('the service without its database', async () => {
  // Port 1 of loopback: nothing listens there.
  const service = await runService({ store: { kind: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' } })
  after(() => service.stop())

  it('is alive but not ready', async () => {
    assert.equal((await service.get('/livez')).status, 200)
    const response = await service.get('/healthz')
    assert.equal(response.status, 503)
    assert.equal(((await response.json()) as { database: string }).database, 'down')
  })

  it('asks clients to come back', async () => {
    const response = await service.get('/v1/generations')
    assert.equal(response.status, 503)
    assert.match(await response.text(), /the database does not answer/)
  })
})
