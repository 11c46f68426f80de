import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { configOf } from '../../main/config-of.ts'
import { statusOf } from '../commands/run-stage.ts'
import { hasOf, jobPermissions, notConfigured, PreflightRoom } from './preflight-room.ts'

const buildsOnly = configOf({ image: notConfigured, deploy: notConfigured })
const onFork = configOf({
  image: { configured: false, reason: 'no credentials on a fork' },
  deploy: { configured: false, reason: 'no credentials on a fork' },
  mayDeploy: false,
  trigger: { ...configOf().trigger, untrusted: 'no credentials on a fork' },
})
const { deploy, image } = configOf()
if (!deploy.configured || !image.configured) throw new Error('the configuration of the tests has both')
/** A port of the loopback that nobody listens on. */
const NOWHERE = '127.0.0.1:9'

let room: PreflightRoom

beforeAll(async () => {
  room = await PreflightRoom.open()
})
afterEach(() => {
  expect(room.server.state.violations).toEqual([])
  room.server.faults.clear()
  room.lacking.length = 0
  room.asked()
})
afterAll(() => room.close())

describe('the permissions on GitHub', () => {
  it('that the planned stages need are asked for with one request each, before anything else', async () => {
    const run = await room.run(buildsOnly, {})
    expect(run.error).toBeUndefined()
    expect(hasOf(run)).toEqual([
      'contents: read: yes',
      'statuses: write: yes',
      'checks: write: yes',
      'actions: read: yes',
    ])
    expect(room.asked().toSorted()).toEqual([
      'actions/get-workflow-run 200',
      'checks/create 422',
      'repos/create-commit-status 422',
    ])
    expect(run.access?.permissions).toBeUndefined()
  })

  it('are not asked for again where the first status of the run has told', async () => {
    const run = await room.run(buildsOnly, {}, { firstStatus: { written: true } })
    expect(hasOf(run)).toContain('statuses: write: yes')
    expect(room.asked().toSorted()).toEqual(['actions/get-workflow-run 200', 'checks/create 422'])
  })

  it('that the first status was refused for are missing', async () => {
    const run = await room.run(
      buildsOnly,
      {},
      {
        firstStatus: {
          written: false,
          code: 'E_GITHUB_PERMISSION',
          reason: 'Resource not accessible by integration',
          refused: true,
        },
      },
    )
    expect(hasOf(run).slice(1, 3)).toEqual(['statuses: write: no', 'checks: write: yes'])
  })

  it('that are missing degrade the run: one line each, the consequence, and the exact YAML', async () => {
    const run = await room.run(buildsOnly, { permissions: { ...jobPermissions, checks: 'read' } })
    expect(run.error).toBeUndefined()
    expect(run.access?.rows[2]).toMatchObject({
      stage: 'every stage',
      needs: 'checks: write',
      has: 'no',
      consequence: expect.stringMatching(/^degraded: no check runs; .*there is no ledger/) as string,
    })
    expect(room.lacking).toEqual(['checks'])
    expect(run.access?.permissions).toBe(
      [
        'permissions:',
        '  contents: read',
        '  actions: read',
        '  checks: write # missing',
        '  statuses: write',
        '  # and what else the job names already: other steps may need it',
      ].join('\n'),
    )
    const warnings = run.log
      .get('table')
      ?.split('\n')
      .filter((line) => line.startsWith('warning: '))
    expect(warnings).toHaveLength(1)
    expect(run.log.get('table')).toContain('  checks: write # missing')
  })

  it('to read other runs are missed with what becomes of it, and never take a line from the job', async () => {
    const config = configOf({
      image: { ...image, repository: 'ghcr.io/acme/ai-gen-service' },
      selection: { stages: ['build', 'test'], from: 'auto' },
    })
    const run = await room.run(config, { permissions: { ...jobPermissions, actions: 'none' } })
    expect(run.error).toBeUndefined()
    expect(run.access?.rows.at(-1)).toMatchObject({
      needs: 'actions: read',
      has: 'no',
      consequence: expect.stringMatching(/^degraded: only this run’s own passes count/) as string,
    })
    expect(run.access?.permissions?.split('\n')).toEqual([
      'permissions:',
      '  contents: read',
      '  actions: read # missing',
      '  checks: write',
      '  statuses: write',
      '  deployments: write # where this job runs deploy',
      '  packages: write # where this job runs image',
      '  # and what else the job names already: other steps may need it',
    ])
  })

  it('are one table in the log, with a row for each', async () => {
    const run = await room.run(buildsOnly, { permissions: { ...jobPermissions, statuses: 'none' } })
    const lines = run.log.get('table')?.split('\n') ?? []
    expect(lines[0]).toMatch(/^stage +needs +has +consequence$/)
    expect(lines[1]).toMatch(/^checkout +contents: read +yes: the commit is in the workspace$/)
    expect(lines[2]).toMatch(
      /^every stage +statuses: write +no: .*Resource not accessible.* +degraded: no commit status Staging Deployment$/,
    )
    expect(lines[3]).toMatch(/^every stage +checks: write +yes$/)
  })

  it('are all missing without a token', async () => {
    const run = await room.run(buildsOnly, undefined)
    expect(run.error).toBeUndefined()
    expect(hasOf(run).slice(1)).toEqual(['statuses: write: no', 'checks: write: no', 'actions: read: no'])
    expect(run.access?.rows[1]?.detail).toBe('there is no github-token')
  })

  it('of a fork are told to come from the fork, and no permission is proposed that would not help', async () => {
    const run = await room.run(onFork, { kind: 'fork' })
    expect(run.error).toBeUndefined()
    expect(hasOf(run)).toEqual(['contents: read: yes', 'checks: write: no'])
    expect(run.access?.rows[1]?.detail).toBe('no credentials on a fork')
    expect(run.access?.permissions).toBeUndefined()
    for (const step of ['id-token', 'registry', 'configs', 'vault', 'cluster']) {
      const result = run.steps.find(({ id }) => id === step)?.result
      expect(result, step).toMatchObject({ status: 'skipped', reason: 'no credentials on a fork' })
    }
  })

  it.each(['500', 'hang', 'reset', 'html'])('are not known under %s, and the run goes on', async (fault) => {
    room.server.inject({ fault, times: 'forever' })
    const patience = fault === 'hang' ? { patienceMs: 300 } : {}
    const run = await room.run(buildsOnly, {}, { firstStatus: { written: true }, ...patience })
    expect(run.error).toBeUndefined()
    expect(hasOf(run).slice(1)).toEqual([
      'statuses: write: yes',
      'checks: write: unknown',
      'actions: read: unknown',
    ])
    expect(run.access?.permissions).toBeUndefined()
  })
})

describe('what the run cannot do without', () => {
  const inputs = {
    vault: {
      url: `https://${NOWHERE}`,
      login: { kind: 'jwt', mount: 'jwt', role: 'staging', audience: 'vault' },
      namespace: undefined,
      caCertificate: undefined,
    },
    cluster: {
      kind: 'oidc',
      server: `https://${NOWHERE}`,
      caCertificate: undefined,
      audience: 'cluster',
    },
  } as const
  const each = { configured: true, source: 'default', critical: true, timeoutMs: 60_000 } as const
  const secrets = {
    ...each,
    entries: [
      { path: 'secret/staging/x', to: { kind: 'kubernetes', secret: 'x' }, source: 'default' } as const,
    ],
  }

  it('stops it when the job gets no OIDC token, with the permission in the YAML', async () => {
    const config = configOf({ image: notConfigured, deploy: { ...deploy, secrets } })
    const run = await room.run(config, {}, { inputs })
    expect(run.error).toMatchObject({
      code: 'E_OIDC_NOT_AVAILABLE',
      state: 'Nothing was built or deployed.',
      next: 'Add the permission id-token: write to the job.',
    })
    expect(run.error?.message).toContain('Vault and the cluster')
    expect(run.access?.permissions?.split('\n')).toContain('  id-token: write # missing')
    expect(statusOf(run, 'id-token')).toBe('failure')
  })

  it('stops nothing where it may be a secret of the environment, which the job preflight is not in', async () => {
    const selection = { stages: undefined, from: 'auto', outsideEnvironment: true } as const
    const config = configOf({
      image: notConfigured,
      deploy: { ...deploy, secrets },
      selection: { ...selection, unknownHere: ['cluster', 'vault'] },
    })
    const run = await room.run(config, {})
    expect(run.error).toBeUndefined()
    const unknown = run.access?.rows.filter(({ has }) => has === 'unknown')
    expect(unknown).toMatchObject([
      { needs: 'a login to Vault', consequence: 'not known here; the job deploy asks again' },
      { needs: expect.stringMatching(/rights in namespace staging$/) as string },
    ])
    expect(unknown?.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('no VAULT_TOKEN') as string,
      expect.stringContaining('no KUBECONFIG') as string,
    ])
  })

  it('is tried all the same when one thing is missing: everything that is missing is said in one run', async () => {
    const config = configOf({
      image: { ...image, repository: `${NOWHERE}/acme/ai-gen-service` },
      deploy: {
        ...deploy,
        secrets,
        configs: { ...each, repository: { name: 'acme/configs', ref: 'main', path: '.' } },
      },
    })
    const elsewhere = await PreflightRoom.open({ PATH: '/usr/bin:/bin' })
    try {
      const run = await elsewhere.run(config, {}, { inputs, firstStatus: { written: true } })
      expect(elsewhere.asked().toSorted()).toEqual([
        'actions/get-workflow-run 200',
        'checks/create 422',
        'repos/create-deployment 422',
      ])
      const stopped = run.access?.rows.filter(({ consequence }) => consequence === 'the run stops here')
      expect(stopped?.map(({ needs }) => needs)).toEqual([
        'id-token: write, for the login to Vault and the cluster',
        'docker buildx',
        `push to ${NOWHERE}/acme/ai-gen-service`,
        'read acme/configs at main',
        'a login to Vault',
        expect.stringMatching(/^\d+ rights in namespace staging$/),
      ])
      expect(run.error?.code).toBe('E_OIDC_NOT_AVAILABLE')
      expect(run.error?.evidence.join('\n')).toMatch(/also missing: E_CONFIG_GIT_UNAVAILABLE: /)
      expect(run.error?.evidence.join('\n')).toMatch(/also missing: E_REGISTRY_UNAVAILABLE: /)
    } finally {
      await elsewhere.close()
    }
  })

  it('is not asked for by a call that neither builds the image nor deploys', async () => {
    const config = configOf({ selection: { stages: ['build', 'test'], from: 'auto' } })
    const run = await room.run(config, {}, { inputs })
    expect(run.error).toBeUndefined()
    expect(statusOf(run, 'registry')).toBe('skipped')
    expect(statusOf(run, 'cluster')).toBe('skipped')
    expect(run.access?.rows.at(-1)?.needs).toBe('actions: read')
  })

  it('is left alone when the run is cancelled', async () => {
    const cancel = new AbortController()
    cancel.abort(new Error('cancelled'))
    const run = await room.run(buildsOnly, {}, { signal: cancel.signal })
    expect(run.access).toBeUndefined()
    expect(run.error).toBeDefined()
  })
})
