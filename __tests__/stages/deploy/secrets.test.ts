import { describe, expect, it } from 'vitest'
import type { SecretSettings } from '../../../src/config/config.ts'
import type { StepContext } from '../../../src/pipeline/index.ts'
import type { Deployment } from '../../../src/stages/deploy/deployment.ts'
import { readSecrets, sortSecrets } from '../../../src/stages/deploy/secrets/secrets.ts'
import type { VaultSecret } from '../../../src/systems/vault/vault.ts'

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

  it('refuses two paths that give one Secret the same key, and names both', () => {
    const second = { ...toKubernetes, path: 'secret/shared', source: '.github/stagegate.yml:12' }
    const read = [
      { path: toKubernetes.path, values: { HOST: 'one.internal', A: 'a' }, leaseId: undefined },
      { path: second.path, values: { HOST: 'two.internal', B: 'b' }, leaseId: undefined },
    ]
    expect(() => sortSecrets([toKubernetes, second], read, 'staging')).toThrow(
      expect.objectContaining({
        code: 'E_SECRET_DESTINATION',
        message:
          'secret/api and secret/shared both have the key "HOST" for the Secret api-secrets: only one value can be in it.',
        evidence: ['configured at .github/stagegate.yml:9 and at .github/stagegate.yml:12'],
      }),
    )
    const elsewhere = { ...second, to: { kind: 'kubernetes', secret: 'shared' } } as const
    expect(sortSecrets([toKubernetes, elsewhere], read, 'staging').objects).toHaveLength(2)
  })
})

describe('readSecrets', () => {
  /** Reads with a Vault that has these secrets; what the log says, with a `!` before warnings. */
  async function read(entries: readonly SecretSettings[], found: readonly VaultSecret[]) {
    const said: string[] = []
    const asked: unknown[] = []
    const deployment = {
      settings: { namespace: 'staging', secrets: { configured: true, entries } },
      vault: {
        read(paths: readonly string[], _signal: AbortSignal, publicKeys: ReadonlyMap<string, Set<string>>) {
          asked.push(paths, Object.fromEntries([...publicKeys].map(([path, keys]) => [path, [...keys]])))
          return Promise.resolve(paths.map((path) => found.find((each) => each.path === path)))
        },
      },
    } as unknown as Deployment
    const step: StepContext = {
      signal: new AbortController().signal,
      log: {
        info: (text) => said.push(text),
        warn: (text) => said.push(`! ${text}`),
        child: () => undefined,
      },
      fact: (name, value) => said.push(`${name}=${value}`),
      keep: () => undefined,
    }
    return { secrets: await readSecrets(deployment, step), said, asked }
  }

  it('says of each path once which keys it has and which of them are not hidden, and no value', async () => {
    const { said } = await read(
      [toKubernetes, { ...toKubernetes, to: { kind: 'kubernetes', secret: 'other' } }],
      [
        {
          path: 'secret/api',
          values: { PORT: '5432', HOST: 'db.internal', TOKEN: 'hunter22' },
          leaseId: undefined,
          notHidden: [
            { key: 'PORT', why: 'a short number' },
            { key: 'HOST', why: 'an address' },
          ],
          warnings: ['TOKEN of secret/api is part of a name'],
        },
      ],
    )
    expect(said).toEqual([
      'secret/api: PORT, HOST, TOKEN',
      'secret/api: not hidden, because they are no secrets by their form: PORT (a short number), HOST (an address)',
      '! TOKEN of secret/api is part of a name',
      'secrets=1 path',
    ])
  })

  it('gives one lease to two entries of one path', async () => {
    const half = (names: Readonly<Record<string, string>>): SecretSettings => ({
      ...toMigration,
      to: { kind: 'env', names, steps: ['migration'] },
    })
    const { secrets } = await read(
      [half({ username: 'DB_USER' }), half({ password: 'DB_PASSWORD' })],
      [{ path: toMigration.path, values: { username: 'u1', password: 'p1' }, leaseId: 'lease/1' }],
    )
    expect([...secrets.variables]).toEqual([['migration', { DB_USER: 'u1', DB_PASSWORD: 'p1' }]])
    expect([...secrets.leases]).toEqual([['migration', ['lease/1']]])
  })

  it('warns of a path without keys, and makes the Secret all the same', async () => {
    const { said, secrets } = await read(
      [toKubernetes],
      [{ path: 'secret/api', values: {}, leaseId: undefined }],
    )
    expect(said[0]).toBe('! secret/api has no keys: nothing comes from it.')
    expect(secrets.objects).toMatchObject([{ metadata: { name: 'api-secrets' }, data: {} }])
  })

  it('tells Vault which keys are public, and warns with the nearest name of one that is not there', async () => {
    const values = { PORT: '5432', HOST: 'db.internal' }
    const { said, asked, secrets } = await read(
      [
        { ...toKubernetes, publicKeys: ['PROT'] },
        { ...toKubernetes, to: { kind: 'kubernetes', secret: 'other' }, publicKeys: ['HOST', 'SOMETHING'] },
      ],
      [{ path: 'secret/api', values, leaseId: undefined }],
    )
    expect(asked[1]).toEqual({ 'secret/api': ['PROT', 'HOST', 'SOMETHING'] })
    expect(said.filter((line) => line.startsWith('!'))).toEqual([
      '! secret/api has no key "PROT", which deploy.secrets calls public; did you mean "PORT"?',
      '! secret/api has no key "SOMETHING", which deploy.secrets calls public; it has: PORT, HOST',
    ])
    expect(Object.keys(secrets.objects[0]?.data ?? {})).toEqual(['PORT', 'HOST'])
  })
})
