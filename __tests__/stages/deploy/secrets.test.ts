import { describe, expect, it } from 'vitest'
import { sortSecrets } from '../../../src/stages/deploy/secrets/secrets.ts'

const source = '.github/stagegate.yml:9'
const toKubernetes = {
  path: 'secret/api',
  to: { kind: 'kubernetes', secret: 'api-secrets' },
  source,
} as const
const toMigration = {
  path: 'database/creds/migrator',
  to: { kind: 'env', names: { username: 'DB_USER', password: 'DB_PASSWORD' }, steps: ['migration'] },
  source,
} as const

describe('sortSecrets', () => {
  it('makes a Secret object with base64 values for what goes to Kubernetes', () => {
    const { objects } = sortSecrets(
      [toKubernetes],
      [{ path: 'secret/api', values: { TOKEN: 'sürprise' }, leaseId: undefined }],
      'staging',
    )
    expect(objects).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'api-secrets', namespace: 'staging' },
        type: 'Opaque',
        data: { TOKEN: Buffer.from('sürprise').toString('base64') },
      },
    ])
  })

  it('puts nothing into a Secret of our own bookkeeping', () => {
    const to = { kind: 'kubernetes', secret: 'stagegate-api-record' } as const
    const read = { path: 'secret/api', values: { record: 'x' }, leaseId: undefined }
    expect(() => sortSecrets([{ ...toKubernetes, to }], [read], 'staging')).toThrow(
      /cannot go into the Secret stagegate-api-record: that name is for our own bookkeeping/,
    )
  })

  it('keeps the keys that decrypt files to themselves, and misses those that are not there', () => {
    const toSops = { path: 'secret/sops', to: { kind: 'sops', key: 'age' }, source } as const
    const read = (values: Readonly<Record<string, string>>) =>
      sortSecrets([toSops], [{ path: toSops.path, values, leaseId: undefined }], 'staging')
    expect(read({ age: 'AGE-SECRET-KEY-1X' })).toMatchObject({ objects: [], ageKeys: ['AGE-SECRET-KEY-1X'] })
    expect(() => read({ other: 'x' })).toThrow(/secret\/sops has no key "age"; it has: other/)
  })

  it('gives the variables to the named steps alone', () => {
    const { objects, variables } = sortSecrets(
      [toMigration],
      [
        {
          path: toMigration.path,
          values: { username: 'v-migrator', password: 'pw' },
          leaseId: 'database/creds/migrator/1',
        },
      ],
      'staging',
    )
    expect(objects).toEqual([])
    expect([...variables]).toEqual([['migration', { DB_USER: 'v-migrator', DB_PASSWORD: 'pw' }]])
  })

  it('refuses a leased secret for Kubernetes, where it would outlive its lease', () => {
    const leased = [{ path: 'secret/api', values: { a: 'b' }, leaseId: 'lease/1' }]
    expect(() => sortSecrets([toKubernetes], leased, 'staging')).toThrow(/revoked at the end of the run/)
  })

  it('names the key that is missing, and those that are there, without any value', () => {
    const read = [
      { path: toMigration.path, values: { user: 'u', password: 'hunter2hunter2' }, leaseId: undefined },
    ]
    const failure = (() => {
      try {
        sortSecrets([toMigration], read, 'staging')
        return ''
      } catch (thrown) {
        return String(thrown)
      }
    })()
    expect(failure).toContain('has no key "username"; it has: user, password')
    expect(failure).not.toContain('hunter2')
  })
})
