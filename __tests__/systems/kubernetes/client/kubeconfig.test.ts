import { execPath } from 'node:process'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readKubeconfig } from '../../../../src/systems/kubernetes/client/kubeconfig.ts'

const base = (user: object, cluster: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'staging', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'staging',
})

const open = (config: object, context?: string) =>
  readKubeconfig({ kind: 'kubeconfig', kubeconfig: stringify(config), context }).open()

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

  test('gives what an exec plugin says', async () => {
    const answer = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    }
    const exec = {
      apiVersion: answer.apiVersion,
      command: execPath,
      args: ['-p', JSON.stringify(JSON.stringify(answer))],
    }
    expect((await open(base({ exec }))).headers).toEqual({ authorization: 'Bearer from-plugin' })
  })

  test('whose exec plugin fails is an error without its words', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: execPath,
      args: ['-e', 'console.error("secret-word"); process.exit(1)'],
    }
    const error: unknown = await open(base({ exec })).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_KUBE_CONFIG' })
    expect(inspect(error, { depth: 9 })).not.toMatch(/secret-word/)
  })

  test.each([
    ['without its context', base({}), 'other', /no usable context "other"/],
    ['with a proxy', base({}, { 'proxy-url': 'http://proxy' }), undefined, /proxy-url/],
    ['with relative paths', base({}, { 'certificate-authority': 'ca.crt' }), undefined, /relative paths/],
    ['without TLS', base({}, { server: 'http://127.0.0.1' }), undefined, /https:/],
  ])('%s is refused', (_title, config, context, message) => {
    const read = () => readKubeconfig({ kind: 'kubeconfig', kubeconfig: stringify(config), context })
    expect(read).toThrow(
      expect.objectContaining({
        code: 'E_KUBE_CONFIG',
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })

  test.each(['', '- 1', 'a: &a [*a, *a]', '\u0000', `a: &a [1]\nb: &b [${'*a,'.repeat(200)}]`])(
    'that reads %j is refused',
    (text) => {
      expect(() => readKubeconfig({ kind: 'kubeconfig', kubeconfig: text, context: undefined })).toThrow(
        expect.objectContaining({ code: 'E_KUBE_CONFIG' }) as Error,
      )
    },
  )
})
