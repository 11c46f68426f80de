import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import { createConnections } from '../../../../src/systems/kubernetes/client/connection.ts'
import { readKubeconfig } from '../../../../src/systems/kubernetes/client/kubeconfig.ts'
import { createProcesses } from '../../../../src/systems/runner/spawn-processes.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { newFolder } from '../../new-folder.ts'

const base = (user: object, cluster: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'staging', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'staging',
})

const folder = newFolder()
const processes = createProcesses({
  clock: systemClock,
  env: process.env,
  holdsSecret: () => false,
  runMark: randomUUID(),
})
const { signal } = new AbortController()
let hidden: string[] = []

const read = (config: object | string, context?: string, env: Record<string, string> = {}) =>
  readKubeconfig(
    {
      kind: 'kubeconfig',
      kubeconfig: typeof config === 'string' ? config : stringify(config),
      context,
    },
    { processes, clock: systemClock, env, secrets: { add: (value) => void hidden.push(value) } },
  )
const open = async (config: object, context?: string) => (await read(config, context).open(signal)).connection

beforeEach(() => {
  hidden = []
})

const version = 'client.authentication.k8s.io/v1'

/** A plugin that is a program of Node; `answer` gives its status. */
const plugin = (script: string, more: object = {}) => ({
  exec: { apiVersion: version, command: execPath, args: ['-e', script], ...more },
})

const answering = (status: string) =>
  `console.log(JSON.stringify({ apiVersion: '${version}', kind: 'ExecCredential', status: ${status} }))`

describe('a kubeconfig', () => {
  test('gives server, trust and client certificate', async () => {
    const data = (text: string) => Buffer.from(text).toString('base64')
    const config = base(
      { 'client-certificate-data': data('CERT'), 'client-key-data': data('KEY') },
      { 'certificate-authority-data': data('CA'), 'tls-server-name': 'kubernetes' },
    )
    expect(await open(config)).toEqual({
      server: 'https://127.0.0.1:6443',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'kubernetes' },
      headers: {},
    })
  })

  test('gives a token or a name and password as a header', async () => {
    expect((await open(base({ token: 'abc' }))).headers).toEqual({ authorization: 'Bearer abc' })
    const basic = await open(base({ username: 'u', password: 'p' }))
    expect(basic.headers).toEqual({ authorization: `Basic ${Buffer.from('u:p').toString('base64')}` })
  })

  test('gives a token of a file as it is now, without the end of its line', async () => {
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, 'first\n')
    const config = read(base({ tokenFile }))
    expect((await config.open(signal)).connection.headers).toEqual({ authorization: 'Bearer first' })
    writeFileSync(tokenFile, 'second\n')
    expect(await config.open(signal)).toMatchObject({
      connection: { headers: { authorization: 'Bearer second' } },
      validMs: 60_000,
    })
  })

  test.each([
    ['without its context', base({}), 'other', /no usable context "other"/],
    ['with a proxy of its own', base({}, { 'proxy-url': 'http://proxy' }), undefined, /proxy-url/],
    [
      'that looks at no certificate',
      base({}, { 'insecure-skip-tls-verify': true }),
      undefined,
      /not to be looked/,
    ],
    ['with relative paths', base({}, { 'certificate-authority': 'ca.crt' }), undefined, /relative paths/],
    ['with a relative token file', base({ tokenFile: 'token' }), undefined, /relative paths/],
    [
      'with a way to authenticate that runs what it likes',
      base({ 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': '/tmp/a' } } }),
      undefined,
      /by "gcp"/,
    ],
    ['without TLS', base({}, { server: 'http://127.0.0.1' }), undefined, /https:/],
  ])('%s is refused', (_title, config, context, message) => {
    expect(() => read(config, context)).toThrow(
      expect.objectContaining({
        code: 'E_KUBE_CONFIG',
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })

  test.each(['', '- 1', 'a: &a [*a, *a]', '\u0000', `a: &a [1]\nb: &b [${'*a,'.repeat(200)}]`])(
    'that reads %j is refused',
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'E_KUBE_CONFIG' }) as Error)
    },
  )
})

describe('a proxy that a kubeconfig names', () => {
  test('is taken when it is the one of the job', () => {
    const config = base({}, { 'proxy-url': 'http://proxy:3128' })
    expect(() => read(config, undefined, { HTTPS_PROXY: 'http://proxy:3128/' })).not.toThrow()
    expect(() => read(config, undefined, { HTTPS_PROXY: 'http://other:3128' })).toThrow(/proxy-url/)
  })
})

describe('an exec plugin', () => {
  test('gives a token or a certificate, which nobody gets to see', async () => {
    const token = await open(base(plugin(answering("{ token: 'from-plugin' }"))))
    expect(token.headers).toEqual({ authorization: 'Bearer from-plugin' })
    const pair = await open(
      base(plugin(answering("{ clientCertificateData: 'CERT', clientKeyData: 'KEY' }"))),
    )
    expect(pair.tls).toMatchObject({ cert: 'CERT', key: 'KEY' })
    expect(hidden).toEqual(['from-plugin', 'KEY'])
  })

  test('is told of itself and of the cluster, and sees the job without what is the action’s own', async () => {
    const seen = join(folder, 'seen.json')
    const script = `require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env)); ${answering("{ token: 'tttt' }")}`
    const more = { env: [{ name: 'REGION', value: 'north' }], provideClusterInfo: true }
    const job = {
      AWS_PROFILE: 'deploy',
      INPUT_KUBECONFIG: 'secret',
      GITHUB_TOKEN: 'secret',
      GITHUB_ENV: '/x',
    }
    await read(base(plugin(script, more)), undefined, job).open(signal)
    const env = JSON.parse(readFileSync(seen, 'utf8')) as Record<string, string>
    expect(env).toMatchObject({ REGION: 'north', AWS_PROFILE: 'deploy' })
    expect(JSON.parse(env.KUBERNETES_EXEC_INFO ?? '')).toEqual({
      apiVersion: version,
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://127.0.0.1:6443/' } },
    })
    expect(Object.values(env)).not.toContain('secret')
    expect(env.GITHUB_ENV).toBeUndefined()
  })

  test('runs again when the server no longer takes what it gave, and when its time is over', async () => {
    const runs = join(folder, 'runs')
    const script = (status: string) =>
      `require('fs').appendFileSync(${JSON.stringify(runs)}, 'x'); const n = require('fs').readFileSync(${JSON.stringify(runs)}, 'utf8').length; ${answering(status)}`
    const clock = createFakeClock()
    const ends = new Date(clock.now().getTime() + 600_000).toISOString()
    const kubeconfig = stringify(
      base(plugin(script(`{ token: 'token-' + n, expirationTimestamp: '${ends}' }`))),
    )
    const connections = createConnections(
      { kind: 'kubeconfig', kubeconfig, context: undefined },
      () => Promise.reject(new Error('no token')),
      clock,
      { processes, secrets: { add: () => undefined }, env: {} },
    )
    const [one, same] = await Promise.all([connections.current(signal), connections.current(signal)])
    expect(one.headers).toEqual({ authorization: 'Bearer token-1' })
    expect(same).toBe(one)
    const [two, also] = await Promise.all([connections.renew(one, signal), connections.renew(one, signal)])
    expect([two, also].map((each) => each.headers.authorization)).toEqual([
      'Bearer token-2',
      'Bearer token-2',
    ])
    clock.advance(539_000)
    expect(await connections.current(signal)).toBe(two)
    clock.advance(2000)
    expect((await connections.current(signal)).headers).toEqual({ authorization: 'Bearer token-3' })
  })

  test('that hangs ends with the run', async () => {
    const pid = join(folder, 'pid')
    const script = `require('fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000)`
    const stop = new AbortController()
    const opening = read(base(plugin(script))).open(stop.signal)
    await expect.poll(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '').toBe(true)
    stop.abort(new Error('stopped'))
    await expect(opening).rejects.toThrow('stopped')
    expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow(/ESRCH/)
  })

  test.each([
    ['fails', plugin('console.error("secret-word"); process.exit(3)'), /exit code 3/],
    ['prints what is no JSON', plugin('console.log("secret-word")'), /no JSON/],
    [
      'prints something else',
      plugin('console.log(JSON.stringify({ kind: "secret-word" }))'),
      /no ExecCredential/,
    ],
    ['gives nothing', plugin(answering('{}')), /neither a token nor/],
    [
      'is of an unknown version',
      plugin('', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }),
      /unknown version/,
    ],
    ['wants a terminal', plugin('', { interactiveMode: 'Always' }), /wants a terminal/],
    ['is named by a relative path', plugin('', { command: './plugin' }), /relative path/],
    ['has no name', plugin('', { command: undefined }), /no command/],
  ])('that %s is an error without its words', async (_title, user, message) => {
    const error: unknown = await open(base(user)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_KUBE_CONFIG', message: expect.stringMatching(message) as string })
    expect(inspect(error, { depth: 9 })).not.toMatch(/secret-word/)
  })

  test('that is not there is an error with how to get it', async () => {
    const exec = { apiVersion: version, command: 'no-such-plugin', installHint: 'apt install it' }
    await expect(open(base({ exec }))).rejects.toMatchObject({
      code: 'E_KUBE_CONFIG',
      message: expect.stringMatching(/is not on this runner/) as string,
      evidence: ['apt install it'],
    })
  })
})
