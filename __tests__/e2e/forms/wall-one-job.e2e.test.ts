import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositorySettings } from '../../../script/lib/demo/job-environment.ts'
import { tail } from '../expectations.ts'
import type { BundleResult } from '../run-bundle.ts'
import { readExposures } from './documented-exposures.ts'
import { permissions } from './form-run.ts'
import { HostileJobs } from './hostile-jobs.ts'
import { type Hostility, turnHostile } from './hostile-repository.ts'
import { readImageFile } from './read-image.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun } from './secure-run.ts'
import { findTreasures, listTreasures } from './treasures.ts'
import { until } from './until.ts'

let run: SecureRun
let jobs: HostileJobs
interface Attack {
  readonly result: BundleResult
  readonly loot: string
  readonly deeds: readonly string[]
  /** The runtime token of its job. */
  readonly token: string
}

/** By what the build does. */
const results = new Map<string, Attack>()
let treasures: Readonly<Record<string, string>>
let secretsAtTheirPlaces: string

beforeAll(async () => {
  run = await SecureRun.open()
  jobs = await HostileJobs.open(run)
  const identity = identityInputs()
  await call(
    'steals',
    { build: 'steal', secrets: true },
    { ...identity, 'ssh-key': readFileSync(run.testbed.host.privateKey, 'utf8') },
  )
  treasures = await listTreasures(run)
  secretsAtTheirPlaces = kubectl('get', 'deployment/small-service', '-o', 'name')
  removeSmallService(run.testbed)
  await call(
    'leaves a process',
    { build: 'leave sleep', test: 'nothing' },
    {
      kubeconfig: readFileSync(run.testbed.kubernetes.kubeconfig, 'utf8'),
      'vault-auth': 'token',
      'vault-token': run.testbed.vault.rootToken,
    },
  )
  await call('hides a process', { build: 'hide', test: 'nothing', secrets: true }, identity)
})
afterAll(async () => {
  await jobs[Symbol.asyncDispose]()
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

function identityInputs(): Readonly<Record<string, string>> {
  const { variables } = repositorySettings(run.testbed)
  return {
    'kubernetes-server': variables.KUBERNETES_SERVER ?? '',
    'kubernetes-ca-certificate': variables.KUBERNETES_CA_CERTIFICATE ?? '',
    'kubernetes-audience': variables.KUBERNETES_AUDIENCE ?? '',
    'vault-role': 'staging',
  }
}

async function call(
  name: string,
  hostility: Hostility | undefined,
  inputs: Readonly<Record<string, string>>,
  attempt = 1,
): Promise<BundleResult> {
  if (attempt === 1) run.newRun()
  if (hostility !== undefined) turnHostile(run, `A build that ${name}`, hostility)
  const { testbed } = run
  const { variables } = repositorySettings(testbed)
  const given = {
    image: `${testbed.registry.address}/acme/small-service`,
    'registry-username': testbed.registry.username,
    'registry-password': testbed.registry.password,
    'vault-url': testbed.vault.url,
    'vault-ca-certificate': variables.VAULT_CA_CERTIFICATE ?? '',
    ...inputs,
  }
  const job = { job: 'staging', name: 'staging', permissions, environment: 'staging', inputs: given }
  const result = await run.runAlone(job, (each) => jobs.call(each, { attempt }), { attempt })
  if (['hide', 'forge-a-pass'].includes(hostility?.build ?? '')) {
    await until(
      () => jobs.deedsOf('staging').length > 0,
      () => tail(result),
      5,
    )
  }
  const token = run.grants.get('staging')?.env.ACTIONS_RUNTIME_TOKEN ?? ''
  results.set(name, { result, loot: jobs.lootOf('staging'), deeds: jobs.deedsOf('staging'), token })
  jobs.endAll()
  return result
}

function kubectl(...args: readonly string[]): string {
  const { kubeconfig, namespace } = run.testbed.kubernetes
  const argv = ['--kubeconfig', kubeconfig, '--namespace', namespace, ...args]
  return execFileSync(join(run.testbed.bin, 'kubectl'), argv, { encoding: 'utf8' }).trim()
}

const of = (name: string): NonNullable<ReturnType<typeof results.get>> => results.get(name)!
const found = (name: string): readonly string[] => findTreasures(treasures, of(name).loot)
const stageOf = ({ report }: BundleResult, id: string): string | undefined =>
  report?.stages.find((stage) => stage.id === id)?.result

/** What a hostile build wants → what the documentation says, and what shows that it is so. */
const proofs: Readonly<
  Record<string, { readonly says: RegExp; readonly prove: () => void | Promise<void> }>
> = {
  'the identity of the job (OIDC), and with it Vault and the cluster': {
    says: /^can get it/,
    prove: () => {
      expect(found('steals')).toContain('identity of staging')
      expect(of('steals').deeds).toEqual(
        expect.arrayContaining([
          'identity: 200',
          'Vault: log in: 200',
          'Vault: read: 200',
          'cluster: list secrets: 200',
        ]),
      )
    },
  },
  '`GITHUB_TOKEN` with rights to write': {
    says: /^can get it/,
    prove: () => {
      expect(found('steals')).toContain('token of staging')
      expect(of('steals').deeds.filter((deed) => deed.startsWith('forged'))).toEqual([
        'forged status: 201',
        ...['build', 'test', 'scan', 'image'].map((stage) => `forged pass of ${stage}: 201`),
        'forged deployment: 201',
      ])
    },
  },
  'registry password, kubeconfig, ssh key': {
    says: /^can get it/,
    prove: () => {
      expect(found('steals')).toEqual(expect.arrayContaining(['registry password', 'ssh key']))
      expect(found('leaves a process')).toEqual(expect.arrayContaining(['kubeconfig', 'token of Vault']))
    },
  },
  'secrets read from Vault': {
    says: /^no code of the commit runs any more when they are read; one that hid can get them/,
    prove: () => {
      expect(of('hides a process').result.exitCode, tail(of('hides a process').result)).toBe(0)
      expect(of('hides a process').deeds).toEqual(['read Vault as the deployment: 200'])
      expect(found('hides a process')).toContain('secret of Vault')
    },
  },
  'to make the ledger say that a scan passed': {
    says: /^can do it/,
    prove: async () => {
      const inputs = identityInputs()
      const first = await call(
        'forges a pass',
        { build: 'forge-a-pass', test: 'nothing', vulnerable: true },
        inputs,
      )
      expect(first.report?.failure, tail(first)).toMatchObject({ stage: 'scan', code: 'E_SCAN_FINDINGS' })
      expect(of('forges a pass').deeds).toEqual(['forged the pass of scan: 201'])
      const second = await call('forges a pass', undefined, inputs, 2)
      expect(second.exitCode, tail(second)).toBe(0)
      expect(second.report?.stages.find(({ id }) => id === 'scan')?.resumedFrom).toMatch(/attempt 1$/)
    },
  },
  "to make another stage's result, in this run": {
    says: /^can do it/,
    prove: () => {
      // The commit's own tests end with 1.
      expect(stageOf(of('steals').result, 'test')).toBe('success')
    },
  },
  'to have another image pushed than the one it built': {
    says: /^it built the image: what is in it is up to it/,
    prove: async () => {
      const image = of('steals').result.outputs.image ?? ''
      expect(await readImageFile(run.testbed, image, 'index.js')).toBe('changed by the build\n')
    },
  },
  'to put something into a cache that the deployment takes': {
    says: /^there is no cache of ours/,
    prove: () => {
      // Of all calls with the token of its job, only the build's own were about caches.
      const { token } = of('steals')
      expect(new Set(run.artifacts.callsOf(token))).toEqual(
        new Set(['CacheService/CreateCacheEntry', 'CacheService/FinalizeCacheEntryUpload']),
      )
    },
  },
  'to set variables, paths or outputs for the steps after it': {
    says: /^is found at the end of its stage, removed, and ends the run/,
    prove: async () => {
      const hostility = { build: 'write-runner-files', test: 'nothing' }
      const result = await call('writes to the runner files', hostility, identityInputs())
      expect(of('writes to the runner files').deeds).toEqual(
        ['ENV', 'PATH', 'OUTPUT', 'STEP_SUMMARY'].map((name) => `wrote GITHUB_${name}: done`),
      )
      expect(result.exitCode, tail(result)).toBe(1)
      expect(result.report?.failure).toMatchObject({ stage: 'build', code: 'E_INTEGRITY_RUNNER_FILES' })
      const { ENV, PATH, OUTPUT, STEP_SUMMARY } = result.written
      expect({ ENV, PATH }).toEqual({ ENV: '', PATH: '' })
      expect(OUTPUT).not.toMatch(/^result=success/m)
      expect(STEP_SUMMARY).not.toContain('All forged')
      expect(result.outputs.result).toBe('failure')
    },
  },
  'to write or delete artifacts and caches of the branch': {
    says: /^can do it/,
    prove: () => {
      expect(found('steals')).toContain('runtime token of staging')
      expect(of('steals').deeds).toContain('wrote a cache: 200')
    },
  },
  'to write lines into the log of its job, past every filter': {
    says: /^can do it/,
    prove: () => {
      expect(of('steals').deeds).toContain('wrote to the log of the step: true')
      expect(of('steals').result.log).toContain('\n::notice title=forged::said by the build\n')
    },
  },
  'to stay behind and wait': {
    says: /^is looked for, and ends the run; one that hides well is not found/,
    prove: () => {
      const { result } = of('leaves a process')
      expect(result.exitCode, tail(result)).toBe(1)
      expect(result.report?.failure).toMatchObject({
        ...{ stage: 'deploy', code: 'E_SURVIVORS', state: 'Vault was not opened; nothing was deployed.' },
        evidence: [expect.stringMatching(/^process \d+: .*hostile\/main\.mjs sleep/) as string],
      })
      expect(stageOf(of('hides a process').result, 'deploy')).toBe('success')
    },
  },
  'to fail, or to pass though it should not, its own stage': {
    says: /^yes/,
    prove: () => {
      expect(stageOf(of('steals').result, 'build')).toBe('success')
    },
  },
}

describe('hostile code in the one-job form', () => {
  it('ran to the end of a deployment that found nothing wrong', () => {
    const { result } = of('steals')
    expect(result.exitCode, tail(result)).toBe(0)
    expect(secretsAtTheirPlaces).toBe('deployment.apps/small-service')
  })

  it('has the documentation say of each thing that it wants whether it gets it', () => {
    const documented = readExposures('one job')
    expect([...documented.keys()]).toEqual(Object.keys(proofs))
    for (const [wanted, { says }] of Object.entries(proofs)) expect(documented.get(wanted)).toMatch(says)
  })

  it.each(Object.keys(proofs))('reaches what the documentation says, and not more: %s', async (wanted) => {
    await proofs[wanted]!.prove()
  })

  it('finds exactly the inputs, the tokens and what they open', () => {
    expect(found('steals')).toEqual([
      'identity of staging',
      'registry password',
      'runtime token of staging',
      'secret of Vault',
      'ssh key',
      'token of staging',
    ])
  })

  it('did exactly this', () => {
    expect(of('steals').deeds).toEqual([
      'forged status: 201',
      ...['build', 'test', 'scan', 'image'].map((stage) => `forged pass of ${stage}: 201`),
      'forged deployment: 201',
      ...['identity: 200', 'Vault: log in: 200', 'Vault: read: 200', 'cluster: list secrets: 200'],
      ...['wrote a cache: 200', 'wrote to the log of the step: true'],
    ])
  })
})
