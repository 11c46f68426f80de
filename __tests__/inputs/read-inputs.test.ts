import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { readInputs } from '../../src/inputs/index.ts'
import { inputNames, inputVariable } from '../../src/inputs/input-definitions.ts'
import { secretInputNames } from '../../src/inputs/list-secret-inputs.ts'
import { asEnv } from './as-env.ts'

const authority = readFileSync(join(import.meta.dirname, '../fixtures/certificates/authority.pem'), 'utf8')
const { privateKey } = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

function read(inputs: Readonly<Record<string, string>>) {
  const warnings: string[] = []
  const result = readInputs(asEnv(inputs), (text) => warnings.push(text))
  return { inputs: result, warnings }
}

function problems(inputs: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(inputs)
  } catch (thrown) {
    if (thrown instanceof StagegateError && thrown.code === 'E_INPUT_INVALID') return thrown.evidence
    throw thrown
  }
  return []
}

describe('inputs', () => {
  it('have defaults where nothing is set, and where a workflow hands over an empty text', () => {
    const expected = {
      stages: undefined,
      from: 'auto',
      dryRun: false,
      environment: 'staging',
      workingDirectory: '.',
      rollback: 'auto',
      allowOlder: false,
      timeoutMs: 3_600_000,
      statusContext: 'Staging Deployment',
      vault: undefined,
      cluster: undefined,
      registry: undefined,
      ssh: undefined,
      failOn: undefined,
    }
    expect(read({}).inputs).toMatchObject(expected)
    expect(read(Object.fromEntries(inputNames.map((name) => [name, '']))).inputs).toEqual(read({}).inputs)
  })

  it('have types', () => {
    const { inputs, warnings } = read({
      stages: 'build, test\n scan',
      from: 'start',
      'dry-run': 'True',
      'allow-older': 'true',
      timeout: '1h30m',
      'fail-on': 'critical',
      rollback: 'never',
      'environment-url': 'https://staging.example.com/',
      'registry-username': 'mona',
      'registry-password': ' s3cret\n',
      version: '1.4.0+build.7',
    })
    expect(warnings).toEqual([])
    expect(inputs).toMatchObject({
      stages: ['build', 'test', 'scan'],
      from: 'start',
      dryRun: true,
      allowOlder: true,
      timeoutMs: 5_400_000,
      failOn: 'critical',
      rollback: 'never',
      environmentUrl: 'https://staging.example.com',
      registry: { username: 'mona', password: 's3cret' },
      version: '1.4.0+build.7',
    })
  })

  it('say how Vault is reached: by the OIDC token of the run, whose audience is its address if no other is set', () => {
    const { inputs } = read({
      'vault-url': 'https://vault.example.com:8200/',
      'vault-role': 'staging',
      'vault-namespace': 'team/a',
      'vault-ca-certificate': authority,
    })
    expect(inputs.vault).toEqual({
      url: 'https://vault.example.com:8200',
      login: { kind: 'jwt', mount: 'jwt', role: 'staging', audience: 'https://vault.example.com:8200' },
      namespace: 'team/a',
      caCertificate: authority,
    })
  })

  it('say how Vault is reached: by a token', () => {
    const { inputs } = read({ 'vault-url': 'https://v', 'vault-auth': 'token', 'vault-token': 'hvs.abc' })
    expect(inputs.vault?.login).toEqual({ kind: 'token', token: 'hvs.abc' })
  })

  it('say how the cluster is reached: by the OIDC token of the run, or by a kubeconfig', () => {
    expect(read({ 'kubernetes-server': 'https://k.example.com:6443' }).inputs.cluster).toEqual({
      kind: 'oidc',
      server: 'https://k.example.com:6443',
      caCertificate: undefined,
      audience: 'https://k.example.com:6443',
    })
    expect(read({ kubeconfig: 'kind: Config', 'kube-context': 'staging' }).inputs.cluster).toEqual({
      kind: 'kubeconfig',
      kubeconfig: 'kind: Config\n',
      context: 'staging',
    })
  })

  it('give a private key back with the final newline that ssh insists on, and without the carriage returns of a form', () => {
    const { inputs } = read({
      'ssh-key': privateKey.replaceAll('\n', '\r\n'),
      'ssh-known-hosts': 'node ssh-ed25519 AAAA',
    })
    expect(inputs.ssh).toEqual({ key: privateKey, knownHosts: 'node ssh-ed25519 AAAA\n' })
  })

  it('give the keys of age as age-keygen writes them, without its comments', () => {
    const [one, two] = ['A', 'B'].map((letter) => `AGE-SECRET-KEY-1${letter.repeat(58)}`)
    const file = `# created: 2026-11-23T00:00:00Z\r\n# public key: age1x\r\n${one ?? ''}\r\n\n${two ?? ''}\n`
    expect(readInputs(asEnv({ 'sops-age-key': file }), () => undefined).ageKeys).toEqual([one, two])
    const wrong = () => readInputs(asEnv({ 'sops-age-key': 'age1publickey' }), () => undefined)
    expect(wrong).toThrow(expect.objectContaining({ code: 'E_INPUT_INVALID' }) as Error)
  })

  it('are all looked at before the first error is said', () => {
    expect(
      problems({
        timeout: '5 minutes',
        'dry-run': 'yes',
        rollback: 'Auto',
        'fail-on': 'hihg',
        'vault-url': 'http://vault.example.com',
        'working-directory': '../other',
        'registry-password': 'x',
        'vault-uri': 'https://v',
      }),
    ).toEqual([
      expect.stringMatching(/^dry-run: "yes" is not allowed; allowed is true or false/),
      expect.stringMatching(/^working-directory: "\.\.\/other" .* relative path/),
      expect.stringMatching(/^registry-password: registry-username is missing/),
      expect.stringMatching(/^vault-url: .* https URL/),
      expect.stringMatching(/^rollback: "Auto" .* auto, never \(did you mean auto\?\)/),
      expect.stringMatching(/^timeout: "5 minutes" .* a duration such as 90s/),
      expect.stringMatching(/^fail-on: "hihg" .*did you mean high\?/),
      expect.stringMatching(/^vault-uri: .* did you mean vault-url\?/),
    ])
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a role is missing', { 'vault-url': 'https://v' }],
    [
      'a mount has auth/ before it',
      { 'vault-url': 'https://v', 'vault-role': 'r', 'vault-auth-mount': 'auth/jwt' },
    ],
    [
      'a mount leads elsewhere',
      { 'vault-url': 'https://v', 'vault-role': 'r', 'vault-auth-mount': 'jwt/../token' },
    ],
    ['an address has a login', { 'kubernetes-server': 'https://user:pw@k' }],
    ['an address is none', { 'environment-url': 'javascript:alert(1)' }],
    ['both ways to the cluster are set', { 'kubernetes-server': 'https://k', kubeconfig: 'kind: Config' }],
    ['a certificate is none', { 'vault-ca-certificate': authority.replace(/[A-Za-z]{6}/, '') }],
    [
      'a certificate is in base64',
      { 'kubernetes-ca-certificate': Buffer.from(authority).toString('base64') },
    ],
    ['a key is none', { 'ssh-key': 'ssh-ed25519 AAAA' }],
    ['a name has a line end in it', { environment: 'stag\ning' }],
    ['a namespace is no name', { namespace: 'Staging' }],
    ['a version cannot be a tag', { version: '1.0/2' }],
  ])('are refused when %s', (_, inputs) => {
    expect(problems(inputs)).toHaveLength(1)
  })

  it('without their secrets, as in the run of a fork, are no error: what they are for is missing, with a warning', () => {
    const { inputs, warnings } = read({
      'registry-username': 'mona',
      'registry-password': '',
      'vault-url': 'https://v',
      'vault-auth': 'token',
      'vault-token': '',
      'kube-context': 'staging',
      kubeconfig: '',
      'ssh-known-hosts': 'node ssh-ed25519 AAAA',
      'ssh-key': '',
    })
    expect(inputs).toMatchObject({
      registry: undefined,
      vault: undefined,
      cluster: undefined,
      ssh: undefined,
    })
    expect(warnings).toHaveLength(4)
  })

  it('of an outer action, which some engines hand down, are a warning only', () => {
    expect(read({ 'release-notes-file': 'x' }).warnings).toEqual([
      expect.stringContaining('release-notes-file'),
    ])
  })

  it.each(['INPUT_VERSIONS', 'INPUT_IMAGES', 'INPUT_STAGE', 'INPUT_TIMEOUTS'])(
    'that a job has in its environment, though no with: gave them, are a warning: %s',
    (variable) => {
      const warnings: string[] = []
      readInputs({ [variable]: 'x' }, (text) => warnings.push(text))
      expect(warnings).toEqual([
        expect.stringMatching(new RegExp(`did you mean \\w+\\?\\); ${variable} is not looked at`)) as string,
      ])
    },
  )

  it('take a password of several lines, such as the key of a service account in JSON', () => {
    const key = JSON.stringify({ type: 'service_account', private_key: 'a\nb\n' }, null, 2)
    const { inputs, warnings } = read({ 'registry-username': '_json_key', 'registry-password': `${key}\n` })
    expect(inputs.registry).toEqual({ username: '_json_key', password: key })
    expect(warnings).toEqual([])
    expect(problems({ 'registry-username': 'u', 'registry-password': 'a\0b' })).toHaveLength(1)
  })

  it('are never shown when they are secret, nor when a login is in them', () => {
    const secret = 'CANARY\u0001'
    for (const name of secretInputNames) {
      expect(JSON.stringify(problems({ [name]: `${secret}x\ny` }))).not.toContain('CANARY')
    }
    expect(JSON.stringify(problems({ 'vault-url': 'https://u:CANARY@v' }))).not.toContain('CANARY')
  })

  it('of any kind are read or refused with a code, and a refusal names an input', () => {
    const anyInputs = fc.dictionary(fc.constantFrom(...inputNames), fc.string({ unit: 'binary' }), {
      maxKeys: 6,
    })
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        for (const problem of problems(inputs)) {
          expect(inputNames).toContain(problem.split(':')[0])
        }
      }),
    )
  })

  it('arrive in the variables that the runner makes', () => {
    expect(inputVariable('vault-url')).toBe('INPUT_VAULT-URL')
    expect(inputVariable('two words')).toBe('INPUT_TWO_WORDS')
  })
})
