import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { StagegateError } from '../../src/errors/index.ts'
import { readInputs } from '../../src/inputs/index.ts'
import { factsOf } from '../../src/main/facts.ts'
import { readEvent } from '../fixtures/events/read-event.ts'
import { asEnv } from '../inputs/as-env.ts'
import { makeWorkspace } from './temporary-workspace.ts'

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\n'
const project = {
  'package.json': JSON.stringify({ version: '1.1.0', scripts: { build: 'tsc', test: 'vitest' } }),
  'package-lock.json': '{}',
  Dockerfile: 'FROM scratch',
  'k8s/api.yaml': deployment,
}
const logins = {
  'kubernetes-server': 'https://k.example.com',
  'vault-url': 'https://v.example.com',
  'vault-role': 'staging',
}

interface Given {
  readonly files?: Readonly<Record<string, string>>
  readonly config?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly event?: string
  readonly env?: Readonly<Record<string, string>>
  /** As the job preflight of the reusable workflow asks. */
  readonly outsideEnvironment?: boolean
}

async function load({
  files = project,
  config,
  inputs = logins,
  event = 'push',
  env = {},
  outsideEnvironment = false,
}: Given = {}): Promise<Config> {
  const root = makeWorkspace(config === undefined ? files : { ...files, '.github/stagegate.yml': config })
  const recorded = readEvent(event)
  const folder = makeWorkspace()
  writeFileSync(join(folder, 'event.json'), JSON.stringify(recorded.payload))
  const runner = {
    ...recorded.env,
    GITHUB_WORKSPACE: root,
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    ...env,
  }
  return loadConfig({
    env: runner,
    inputs: { ...readInputs(asEnv(inputs), () => undefined), outsideEnvironment },
    temporary: '/nowhere',
  })
}

async function refusal(given: Given): Promise<StagegateError> {
  const thrown: unknown = await load(given).catch((error: unknown) => error)
  if (thrown instanceof StagegateError) return thrown
  throw new Error(`not refused: ${JSON.stringify(thrown)}`)
}

function active<Settings extends { readonly configured: boolean }>(settings: Settings) {
  if (!settings.configured) throw new Error(JSON.stringify(settings))
  return settings as Extract<Settings, { configured: true }>
}

describe('the configuration without a file', () => {
  it('is what was detected, each step with its source', async () => {
    const config = await load()
    expect(config).toMatchObject({
      service: 'ai-gen-service',
      version: '1.1.0',
      versionSource: 'detected: package.json',
      statusContext: 'Staging Deployment',
      mayDeploy: true,
      environment: 'staging',
      selection: { stages: undefined, from: 'auto' },
    })
    expect(config.build).toMatchObject({
      prepare: { run: ['npm ci'], source: 'detected: there is a package-lock.json', timeoutMs: 600_000 },
      compile: { run: ['npm run build'], workingDirectory: config.workspace, shell: 'bash', critical: true },
      lint: { configured: false, reason: 'not configured; looked for a script "lint" in package.json' },
    })
    expect(active(config.deploy)).toMatchObject({
      namespace: 'staging',
      source: 'detected: k8s/api.yaml is a Kubernetes object',
      manifests: { sources: [{ kind: 'path', path: 'k8s/' }] },
      rollout: { configured: true, timeoutMs: 600_000 },
      secrets: { configured: false },
      migration: { configured: false },
      smoke: { configured: false },
    })
  })

  it('names the image after owner and service in lower case, with tags that move and one that never does', async () => {
    const { image, workspace } = await load({ env: { GITHUB_REPOSITORY: 'Acme-Inc/AI_Gen.Service' } })
    const commit = 'a'.repeat(40)
    expect(active(image)).toMatchObject({
      repository: 'ghcr.io/acme-inc/ai-gen-service',
      tags: [
        { name: 'v1.1.0-staging', moves: true },
        { name: `sha-${commit}`, moves: false },
      ],
      context: workspace,
      file: join(workspace, 'Dockerfile'),
      platforms: ['linux/amd64'],
      labels: {
        'org.opencontainers.image.revision': commit,
        'org.opencontainers.image.source': 'https://github.com/Acme-Inc/AI_Gen.Service',
      },
    })
  })

  it('deploys nothing where only manifests ask for it and no login is there, and says so', async () => {
    const { deploy } = await load({ inputs: {} })
    expect(deploy).toEqual({ configured: false, reason: 'neither kubernetes-server nor kubeconfig is set' })
  })

  it('leaves a login that may be a secret of the environment to the job that deploys', async () => {
    const config = 'deploy: { secrets: [{ path: secret/staging/api, to: { kubernetes: api } }] }\n'
    const inputs = { 'vault-url': 'https://v', 'vault-auth': 'token' }
    const outside = await load({ config, inputs, outsideEnvironment: true })
    expect(outside.deploy).toMatchObject({ configured: true, secrets: { configured: true } })
    const here = await refusal({ config, inputs })
    expect(here.evidence).toEqual([
      expect.stringContaining('neither kubernetes-server nor kubeconfig is set') as string,
      expect.stringContaining('there is no login to Vault') as string,
    ])
    // The address is no secret: nobody adds it later.
    expect((await refusal({ config, inputs: {}, outsideEnvironment: true })).evidence).toEqual([
      expect.stringContaining('there is no login to Vault') as string,
    ])
  })

  it('says for an empty repository what was looked for', async () => {
    const { build, image, deploy } = await load({ files: { 'README.md': '' } })
    expect(build.compile).toEqual({ configured: false, reason: 'not configured; looked for a package.json' })
    expect(image).toEqual({
      configured: false,
      reason: 'not configured; looked for a Dockerfile or Containerfile',
    })
    expect(deploy).toEqual({
      configured: false,
      reason: expect.stringContaining('a chart in k8s/') as string,
    })
  })

  it('does not run a migration whose database nobody named, and says so', async () => {
    const config = await load({ files: { ...project, 'db/migration/V1__a.sql': '' } })
    expect(active(config.deploy).migration).toEqual({
      configured: false,
      reason: expect.stringMatching(
        /V1__a\.sql .*deploy\.migration does not say where the database is/,
      ) as string,
    })
  })
})

describe('the configuration of a file', () => {
  const whole = `service: api
build:
  prepare: [npm ci, npm run generate]
  compile: { run: make, shell: sh, working-directory: server, env: { TARGET: release }, timeout: 2m, critical: false }
  lint: false
test:
  unit: { run: npm test, reports: reports/*.xml, allow-no-tests: true }
scan:
  fail-on: medium
  sast: { config: p/ci, fail-on: low }
  dependencies: { timeout: 1m }
  dast: { start: node server.js, wait-for: 'http://127.0.0.1:8080/healthz', target: openapi.yaml }
  ignore: [{ id: CVE-2024-0001, reason: not reachable, expires: 2027-01-31 }]
image:
  context: server
  build-args: { VERSION: '{version}', JSON: '{"a": 1}' }
  tags: ['{environment}-{version}', 'c-{sha}']
  labels: { team: search }
deploy:
  environment-url: https://staging.example.com
  secrets:
    - { path: secret/staging/api, to: { kubernetes: api } }
    - { path: database/creds/migrator, to: { env: { username: DB_USER }, steps: [migration] } }
  infrastructure: { playbook: ansible/site.yml, inventory: ansible/hosts, critical: false }
  manifests: { paths: k8s/, timeout: 1m }
  rollout: { timeout: 3m }
  migration: { image: docker.io/flyway/flyway:11, url: jdbc:postgresql://db/app, when: before-rollout }
  smoke:
    checks:
      - { name: health, url: '{environment-url}/healthz?v={version}', body: { version: '{version}', parts: ['{sha}'] } }
    timeout: 30s
`

  it('is taken over whole, each step with its line', async () => {
    const config = await load({ config: whole })
    const at = (line: number): string => `.github/stagegate.yml:${line}`
    expect(config.service).toBe('api')
    expect(config.build).toMatchObject({
      prepare: { run: ['npm ci', 'npm run generate'], source: at(3) },
      compile: {
        run: ['make'],
        source: at(4),
        shell: 'sh',
        workingDirectory: join(config.workspace, 'server'),
        env: { TARGET: 'release' },
        timeoutMs: 120_000,
        critical: false,
      },
      lint: { configured: false, reason: `switched off by ${at(5)}` },
    })
    expect(config.test.unit).toMatchObject({
      reports: ['reports/*.xml'],
      allowNoTests: true,
      timeoutMs: 900_000,
    })
    expect(config.scan).toMatchObject({
      sast: { tool: 'semgrep', config: 'p/ci', failOn: 'low', source: at(10) },
      dependencies: { tool: 'osv-scanner', failOn: 'medium', timeoutMs: 60_000 },
      dast: {
        start: 'node server.js',
        waitFor: 'http://127.0.0.1:8080/healthz',
        target: 'openapi.yaml',
        args: [],
      },
      ignore: [{ id: 'CVE-2024-0001', expires: '2027-01-31' }],
    })
    expect(active(config.image)).toMatchObject({
      tags: [
        { name: 'staging-1.1.0', moves: true },
        { name: `c-${'a'.repeat(40)}`, moves: false },
      ],
      buildArgs: { VERSION: '1.1.0', JSON: '{"a": 1}' },
      context: join(config.workspace, 'server'),
      file: join(config.workspace, 'server/Dockerfile'),
      labels: { team: 'search', 'org.opencontainers.image.title': 'api' },
    })
    expect(active(config.deploy)).toMatchObject({
      source: at(19),
      environmentUrl: 'https://staging.example.com',
      secrets: {
        entries: [
          { path: 'secret/staging/api', to: { kind: 'kubernetes', secret: 'api' }, source: at(22) },
          { to: { kind: 'env', names: { username: 'DB_USER' }, steps: ['migration'] }, source: at(23) },
        ],
      },
      infrastructure: { playbook: 'ansible/site.yml', inventory: 'ansible/hosts', critical: false },
      manifests: { sources: [{ kind: 'path', path: 'k8s/' }], timeoutMs: 60_000 },
      rollout: { timeoutMs: 180_000 },
      migration: { tool: 'flyway', locations: 'db/migration', when: 'before-rollout' },
      smoke: {
        timeoutMs: 30_000,
        checks: [
          {
            url: '{environment-url}/healthz?v=1.1.0',
            status: 200,
            body: { version: '1.1.0', parts: ['a'.repeat(40)] },
            source: at(30),
          },
        ],
      },
    })
  })

  it('names charts, limits and rules for manifests', async () => {
    const config = await load({
      config: `${whole.slice(0, whole.indexOf('deploy:'))}deploy:
  secrets: [{ path: secret/sops, to: { sops: age-key } }]
  manifests:
    paths:
      - overlays/staging
      - { chart: charts/a }
      - { chart: charts/b, release: b, values: [b.yaml, c.yaml], hooks: leave-out }
    allow: { namespaces: [monitoring], kinds: [Deployment, cert-manager.io/*] }
  policy: { paths: policy/, data: [data/], namespaces: [k8s], rego-version: v0, timeout: 1m, critical: false }
`,
    })
    expect(active(config.deploy)).toMatchObject({
      secrets: { entries: [{ to: { kind: 'sops', key: 'age-key' } }] },
      manifests: {
        sources: [
          { kind: 'path', path: 'overlays/staging' },
          { kind: 'chart', path: 'charts/a', release: undefined, values: [], hooks: 'refuse' },
          { kind: 'chart', path: 'charts/b', release: 'b', values: ['b.yaml', 'c.yaml'], hooks: 'leave-out' },
        ],
        allow: { namespaces: ['monitoring'], kinds: ['Deployment', 'cert-manager.io/*'] },
        timeoutMs: 300_000,
      },
      policy: {
        configured: true,
        tool: 'conftest',
        paths: ['policy/'],
        data: ['data/'],
        namespaces: ['k8s'],
        rego: 'v0',
        // The threshold of the scans.
        failOn: 'medium',
        timeoutMs: 60_000,
        critical: false,
      },
    })
  })

  it('gives way to inputs', async () => {
    const inputs = {
      ...logins,
      image: 'registry.example.com:5000/Team/API',
      version: '2.0.0+build.7',
      environment: 'Review Apps/7',
      namespace: 'review-7',
      'environment-url': 'https://review.example.com',
      'fail-on': 'critical',
      rollback: 'never',
      'allow-older': 'true',
      stages: 'deploy',
      from: 'deploy',
      'status-context': 'Staging Deployment (api)',
    }
    const config = await load({ config: whole, inputs })
    expect(config).toMatchObject({
      version: '2.0.0+build.7',
      versionSource: 'input version',
      statusContext: 'Staging Deployment (api)',
      selection: { stages: ['deploy'], from: 'deploy' },
      scan: { sast: { failOn: 'low' }, dependencies: { failOn: 'critical' } },
      image: { repository: 'registry.example.com:5000/team/api' },
      environment: 'Review Apps/7',
      deploy: {
        namespace: 'review-7',
        environmentUrl: 'https://review.example.com',
        rollback: 'never',
        allowOlder: true,
      },
    })
    expect(active(config.image).tags[0]).toEqual({ name: 'Review-Apps-7-2.0.0_build.7', moves: true })
  })

  it('keeps the name of the environment where nothing is deployed', async () => {
    const config = await load({
      config: 'deploy: { manifests: false }\n',
      inputs: { ...logins, environment: 'qa' },
    })
    expect(config.deploy).toMatchObject({ configured: false })
    expect(config.environment).toBe('qa')
    expect(factsOf(config).environment).toBe('qa')
  })

  it('with its configurations in another repository is not mixed with what was detected here', async () => {
    const config = await load({
      files: { ...project, 'ansible/site.yml': '', 'ansible/hosts': '' },
      config:
        'deploy:\n  configs: { repository: acme/configs, ref: main, path: staging }\n  manifests: k8s/\n',
    })
    expect(active(config.deploy)).toMatchObject({
      configs: { repository: { name: 'acme/configs', ref: 'main', path: 'staging' } },
      infrastructure: { configured: false, reason: 'not configured for acme/configs' },
    })
  })

  it('has one digest for the same file, inputs and detection, whatever stages and logins a call has', async () => {
    const one = await load({ config: whole })
    const other = await load({ config: whole, inputs: { ...logins, stages: 'deploy', 'github-token': 'x' } })
    expect(other.digest).toBe(one.digest)
    expect((await load({ config: `${whole}# changed\n` })).digest).not.toBe(one.digest)
    expect((await load({ config: whole, inputs: { ...logins, environment: 'qa' } })).digest).not.toBe(
      one.digest,
    )
    expect((await load({ config: whole, files: { ...project, 'openapi.json': '' } })).digest).not.toBe(
      one.digest,
    )
  })

  it('holds no secret of the inputs', async () => {
    const inputs = {
      ...logins,
      'github-token': 'CANARY-1',
      'registry-username': 'mona',
      'registry-password': 'CANARY-2',
      'vault-auth': 'token',
      'vault-token': 'CANARY-3',
      'configs-token': 'CANARY-4',
    }
    expect(JSON.stringify(await load({ config: whole, inputs }))).not.toContain('CANARY')
  })
})

describe('the version', () => {
  it.each([
    ['the tag', { files: {}, event: 'push-tag' }, '1.2.0', 'tag v1.2.0'],
    ['package.json before the tag', { event: 'release' }, '1.1.0', 'detected: package.json'],
    ['the commit', { files: {} }, 'aaaaaaaaaaaa', 'commit, as no version was found'],
  ])('is that of %s', async (_, given, version, versionSource) => {
    expect(await load(given)).toMatchObject({ version, versionSource })
  })

  it('that cannot be part of a tag is refused', async () => {
    const error = await refusal({ files: { ...project, 'package.json': '{"version": "1.0 beta"}' } })
    expect(error).toMatchObject({ code: 'E_INPUT_INVALID', evidence: [expect.stringContaining('1.0 beta')] })
  })
})

describe('an event that may not deploy', () => {
  it.each([
    ['pull_request', 'the event pull_request does not deploy: deploy.on does not name it'],
    ['pull_request-fork', 'no credentials on a fork'],
  ])('%s builds, tests and scans, but pushes no image and deploys nothing', async (event, reason) => {
    // A fork's run has no secrets and no variables: what needs them must not be an error there.
    const config = await load({
      event,
      inputs: {},
      config: 'deploy:\n  secrets: [{ path: a/b, to: { kubernetes: x } }]\n',
    })
    expect(config).toMatchObject({
      mayDeploy: false,
      build: { compile: { configured: true } },
      test: { unit: { configured: true } },
      image: { configured: false, reason },
      deploy: { configured: false, reason },
    })
  })
})

describe('a configuration that cannot work', () => {
  it('is refused with everything that is wrong, with file and line', async () => {
    const config = `image: { tags: ['{version}', '{environment}'] }
scan:
  dast: { start: x, wait-for: 'http://127.0.0.1/' }
deploy:
  manifests: k8s/
  smoke: [{ name: a, url: '{environment-url}/' }]
  secrets: [{ path: a/b, to: { kubernetes: x } }]
`
    const error = await refusal({ config, inputs: { environment: '-x' } })
    expect(error.code).toBe('E_CONFIG_INVALID')
    const expected = [
      /stagegate\.yml:3: scan\.dast has no target; looked for openapi\.yaml/,
      /stagegate\.yml:1: image\.tags\[1\] becomes "-x"/,
      /^input namespace: is not set, and the environment "-x"/,
      /stagegate\.yml:6: deploy\.smoke\[0\]\.url has \{environment-url\}/,
      /^input kubernetes-server: .*stagegate\.yml:4 deploys, but neither/,
      /^input vault-url: .*stagegate\.yml:7 reads secrets/,
    ]
    expect(error.evidence).toHaveLength(expected.length)
    for (const each of expected) expect(error.evidence).toContainEqual(expect.stringMatching(each))
  })

  it('is not refused for a missing login in a call that does not deploy', async () => {
    const config = 'deploy:\n  manifests: k8s/\n  secrets: [{ path: a/b, to: { kubernetes: x } }]\n'
    expect((await load({ config, inputs: { stages: 'build test' } })).deploy.configured).toBe(true)
    expect((await refusal({ config, inputs: { stages: 'deploy' } })).code).toBe('E_INPUT_INVALID')
  })

  it('is refused for one variable from two paths, or from two keys of one, and names both', async () => {
    const config = `deploy:
  manifests: k8s/
  secrets:
    - { path: a/one, to: { env: { password: DB_PASSWORD }, steps: [migration] } }
    - { path: a/two, to: { env: { pw: DB_PASSWORD, a: TWICE, b: TWICE }, steps: [migration] } }
`
    expect((await refusal({ config, inputs: logins })).evidence).toEqual([
      expect.stringMatching(
        /stagegate\.yml:5: deploy\.secrets\[1\]\.to\.env\.pw gives the step migration the variable DB_PASSWORD from pw of a\/two, which has it from password of a\/one already \(.*stagegate\.yml:4\)/,
      ),
      expect.stringMatching(/to\.env\.b gives the step migration the variable TWICE from b of a\/two/),
    ])
  })

  it('keeps the keys that are public, and misses a wrong name for them', async () => {
    const config = (name: string) =>
      `deploy:\n  manifests: k8s/\n  secrets: [{ path: a/b, to: { kubernetes: x }, ${name}: [PORT, HOST] }]\n`
    expect((await load({ config: config('public'), inputs: logins })).deploy).toMatchObject({
      secrets: { entries: [{ path: 'a/b', publicKeys: ['PORT', 'HOST'] }] },
    })
    expect((await refusal({ config: config('publik'), inputs: logins })).evidence[0]).toMatch(/public/)
  })

  it.each([
    'ghcr.io/acme/api:latest',
    'acme/api',
    'https://ghcr.io/acme/api',
    'ghcr.io/acme/api@sha256:0',
    'ghcr.io//api',
  ])('is refused for the image %s', async (image) => {
    expect(await refusal({ inputs: { ...logins, image } })).toMatchObject({
      code: 'E_IMAGE_NAME',
      evidence: [expect.stringMatching(/^input image: .*ghcr\.io\/acme\/ai-gen-service/)],
    })
  })

  it('is refused where it deploys without an image', async () => {
    const files = { 'package.json': project['package.json'], 'k8s/api.yaml': deployment }
    expect(await refusal({ files, config: 'deploy:\n  manifests: k8s/\n' })).toMatchObject({
      code: 'E_CONFIG_INVALID',
      evidence: [expect.stringMatching(/stagegate\.yml:1: deploy needs an image: .*Dockerfile/)],
    })
  })

  it('is refused where another repository has the configurations and nobody says which manifests', async () => {
    const config = 'deploy:\n  configs: { repository: acme/configs, ref: main }\n'
    expect((await refusal({ config })).evidence).toEqual([
      expect.stringMatching(/:2: deploy\.configs names acme\/configs; deploy\.manifests must say/),
    ])
  })
})

describe('the workspace', () => {
  it('is the folder of the service, with its own configuration', async () => {
    const files = {
      'services/api/package.json': '{"version": "3.0.0"}',
      'services/api/.github/stagegate.yml': 'service: api',
    }
    const config = await load({ files, inputs: { 'working-directory': 'services/api' } })
    expect(config).toMatchObject({ service: 'api', version: '3.0.0' })
    expect(config.workspace).toMatch(/services\/api$/)
  })

  it('must be there', async () => {
    expect(await refusal({ inputs: { 'working-directory': 'none' } })).toMatchObject({
      code: 'E_CHECKOUT_NOT_GIT',
    })
    expect(await refusal({ env: { GITHUB_WORKSPACE: '' } })).toMatchObject({ code: 'E_CHECKOUT_NOT_GIT' })
  })

  it('does not follow a link out of the checkout', async () => {
    const outside = makeWorkspace(project)
    const root = makeWorkspace()
    mkdirSync(join(root, 'services'))
    symlinkSync(outside, join(root, 'services/api'))
    const given = { inputs: { 'working-directory': 'services/api' }, env: { GITHUB_WORKSPACE: root } }
    expect(await refusal(given)).toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })
})

describe('the event', () => {
  it('must be readable', async () => {
    expect(await refusal({ env: { GITHUB_EVENT_PATH: '/none' } })).toMatchObject({
      code: 'E_EVENT_UNSUPPORTED',
    })
  })
})
