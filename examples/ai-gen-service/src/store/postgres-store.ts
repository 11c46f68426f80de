import pg from 'pg'
import type { StoreConfiguration } from '../configuration.ts'
import type { Generation, Style } from '../generation/generation.ts'
import { StoreUnavailable, type GenerationStore } from './generation-store.ts'

interface Row {
  readonly position: string
  readonly id: string
  readonly prompt: string
  readonly style: Style
  readonly seed: string
  readonly text: string
  readonly created_at: Date
}

const columns = 'position, id, prompt, style, seed, text, created_at'
const insertStatement =
  'INSERT INTO generations (id, prompt, style, seed, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)'
const findStatement = `SELECT ${columns} FROM generations WHERE id = $1`
const listStatement = `SELECT ${columns} FROM generations WHERE $1::bigint IS NULL OR position < $1
  ORDER BY position DESC LIMIT $2`

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: undefined_table, undefined_column. */
const schemaMissing = new Set(['42P01', '42703'])
/** Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, invalid authorization. */
const notNow = new Set(['08', '53', '57', '28'])

/**
 * Keeps generations in PostgreSQL, in the tables of `db/migration`. Connects when it is first used, so the service
 * starts without the database and says on `/healthz` that it is down.
 *
 * @param onIdleError is told of connections that were lost while nobody used them
 */
export function postgresStore(
  configuration: Extract<StoreConfiguration, { kind: 'postgres' }>,
  onIdleError: (error: Error) => void,
): GenerationStore {
  const connection =
    'url' in configuration
      ? { connectionString: configuration.url }
      : {
          host: configuration.host,
          port: configuration.port,
          database: configuration.database,
          user: configuration.user,
          password: configuration.password,
        }
  const pool = new pg.Pool({
    ...connection,
    application_name: 'ai-gen-service',
    max: 8,
    connectionTimeoutMillis: 2_000,
    query_timeout: 5_000,
    statement_timeout: 5_000,
  })
  // Without a listener a lost idle connection would end the process.
  pool.on('error', onIdleError)

  const query = async (statement: string, values: readonly unknown[]): Promise<Row[]> => {
    try {
      return (await pool.query<Row>(statement, [...values])).rows
    } catch (error) {
      throw toStoreError(error)
    }
  }

  return {
    ping: async () => {
      await query('SELECT 1', [])
    },
    add: async ({ id, prompt, style, seed, text, createdAt }) => {
      await query(insertStatement, [id, prompt, style, seed, text, createdAt])
    },
    find: async (id) => {
      const [row] = await query(findStatement, [id])
      return row && toGeneration(row)
    },
    list: async (limit, cursor) => {
      // One more than asked for tells whether there is a next page.
      const rows = await query(listStatement, [cursor ?? null, limit + 1])
      const page = rows.slice(0, limit)
      return {
        items: page.map(toGeneration),
        nextCursor: rows.length > limit ? page.at(-1)?.position : undefined,
      }
    },
    close: () => pool.end(),
  }
}

function toGeneration(row: Row): Generation {
  const { id, prompt, style, text } = row
  return { id, prompt, style, seed: Number(row.seed), text, createdAt: row.created_at }
}

/** What the database said becomes "not now" where a later attempt may work; anything else is a fault of ours. */
function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && schemaMissing.has(code)) {
    return new StoreUnavailable('not-migrated', 'the database does not have this version’s tables yet', error)
  }
  const isSqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')
  if (!isSqlState || notNow.has(code.slice(0, 2))) {
    return new StoreUnavailable('unreachable', 'the database does not answer', error)
  }
  return error
}
