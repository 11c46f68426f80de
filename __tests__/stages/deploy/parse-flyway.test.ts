import { describe, expect, it } from 'vitest'
import { parseFlyway } from '../../../src/stages/deploy/migration/parse-flyway.ts'

const applied = `Database: jdbc:postgresql://postgres:5432/ai_gen (PostgreSQL 15.18)
Successfully validated 2 migrations (execution time 00:00.095s)
Current version of schema "public": << Empty Schema >>
Migrating schema "public" to version "1 - generations"
Migrating schema "public" to version "2 - style"
Successfully applied 2 migrations to schema "public", now at version v2 (execution time 00:00.108s)
`

const upToDate = `Successfully validated 2 migrations (execution time 00:00.030s)
Current version of schema "public": 2
Schema "public" is up to date. No migration necessary.
`

const failed = `Current version of schema "public": 2
Migrating schema "public" to version "3 - reporting role"
ERROR: Migration of schema "public" to version "3 - reporting role" failed! Changes successfully rolled back.
ERROR: Script V3__reporting_role.sql failed
------------------------------------
SQL State  : 42501
Error Code : 0
Message    : ERROR: permission denied to create role
Location   : /flyway/migration/V3__reporting_role.sql (/flyway/migration/V3__reporting_role.sql)
Line       : 1
Statement  : Run Flyway with -X option to see the actual statement causing the problem

Caused by: Script V3__reporting_role.sql failed
SQL State  : 42501
Error Code : 0
Message    : ERROR: permission denied to create role
`

const mismatch = `ERROR: Validate failed: Migrations have failed validation
Migration checksum mismatch for migration version 1
-> Applied to database : 1062144176
-> Resolved locally    : 1432425380
`

describe('parseFlyway', () => {
  it('reads how many migrations were applied and the version after them', () => {
    expect(parseFlyway(applied)).toMatchObject({ applied: 2, version: '2', error: [], cause: undefined })
  })

  it('reads the version when there was nothing to do', () => {
    expect(parseFlyway(upToDate)).toMatchObject({ applied: 0, version: '2' })
  })

  it('says the script, its line and the reason of a failure in one line', () => {
    expect(parseFlyway(failed).cause).toBe('V3__reporting_role.sql:1: permission denied to create role')
  })

  it('keeps what the failure says, each line once', () => {
    const { error } = parseFlyway(failed)
    expect(error).toContain('SQL State  : 42501')
    expect(new Set(error).size).toBe(error.length)
    expect(error.join()).not.toContain('-X option')
  })

  it('tells a changed migration from one that failed', () => {
    expect(parseFlyway(mismatch).checksumMismatch).toBe(true)
    expect(parseFlyway(failed).checksumMismatch).toBe(false)
  })

  it('leaves everything open for text that it does not know', () => {
    expect(parseFlyway('hello')).toEqual({
      applied: 0,
      version: undefined,
      checksumMismatch: false,
      cause: undefined,
      error: [],
    })
  })
})
