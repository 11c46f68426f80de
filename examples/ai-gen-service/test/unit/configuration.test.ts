import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfiguration } from '../../src/configuration.ts'

describe('readConfiguration', () => {
  it('takes the database from the variables that a ConfigMap and a Secret give', () => {
    const { store } = readConfiguration({
      DB_HOST: 'db',
      DB_NAME: 'ai_gen',
      DB_USER: 'app',
      DB_PASSWORD: 'p',
    })
    assert.deepEqual(store, {
      kind: 'postgres',
      host: 'db',
      port: 5432,
      database: 'ai_gen',
      user: 'app',
      password: 'p',
    })
  })

  it('prefers DATABASE_URL', () => {
    const { store } = readConfiguration({ DATABASE_URL: 'postgres://db/ai_gen', DB_HOST: 'other' })
    assert.deepEqual(store, { kind: 'postgres', url: 'postgres://db/ai_gen' })
  })

  it('uses memory only when it is asked to', () => {
    assert.deepEqual(readConfiguration({ STORE: 'memory' }).store, { kind: 'memory' })
    assert.throws(() => readConfiguration({}), /DB_HOST is not set; .*DB_PASSWORD is not set/)
  })

  it('counts an empty value as absent', () => {
    assert.equal(readConfiguration({ STORE: 'memory', API_TOKEN: '' }).apiToken, undefined)
  })

  it('names everything that is wrong at once', () => {
    assert.throws(
      () => readConfiguration({ STORE: 'disk', PORT: '99999', DATABASE_URL: 'postgres://db/a' }),
      {
        message:
          'the configuration is not complete: PORT must be a port from 0 to 65535, not 99999; ' +
          'STORE must be postgres or memory, not disk',
      },
    )
  })
})
