import { describe, expect, it } from 'vitest'
import { refuseMaskedOutput } from '../../src/inputs/refuse-masked-output.ts'
import { asEnv } from './as-env.ts'

const output = JSON.stringify({ version: 1, shards: ['1/1'], scans: [{ scanner: 'sast' }] })
const key = { type: 'service_account', private_key: '-----BEGIN PRIVATE KEY-----' }

/** As GitHub's runner masks: each line of a secret, without the white space around it. */
function wouldBeDropped(secret: string): boolean {
  const lines = secret.trim().split(/[\r\n]+/)
  return lines.some((line) => line.trim() !== '' && output.includes(line.trim()))
}

function isRefused(env: Readonly<Record<string, string>>): boolean {
  try {
    refuseMaskedOutput(asEnv(env), output)
    return false
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'E_INPUT_INVALID' })
    return true
  }
}

describe('an output of a job that GitHub would drop, because a line of a secret is in it', () => {
  it.each([
    ['a key in indented JSON', JSON.stringify(key, null, 2), true],
    ['a kubeconfig in indented JSON', JSON.stringify({ users: [] }, null, 4), true],
    ['a single bracket', ' ]\n', true],
    ['with line ends of Windows', '{\r\n  "a": 1\r\n}\r\n', true],
    ['a key in JSON on one line', JSON.stringify(key), false],
    ['a kubeconfig in YAML', 'apiVersion: v1\nkind: Config\nusers: []\n', false],
    ['a token', 'hvs.CAESIJ', false],
    ['nothing', '', false],
  ])('is refused beforehand: %s', (_, secret, refused) => {
    expect(wouldBeDropped(secret)).toBe(refused)
    for (const name of ['registry-password', 'vault-token', 'kubeconfig', 'configs-token'])
      expect([name, isRefused({ [name]: secret })]).toEqual([name, refused])
  })

  it('names the inputs and the way out, and shows nothing of the secret', () => {
    const secrets = asEnv({
      'registry-password': JSON.stringify(key, null, 2),
      kubeconfig: '{\n"token": "CANARY"\n}',
    })
    expect(() => {
      refuseMaskedOutput(secrets, output)
    }).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^registry-password, kubeconfig: a line of the secret/) as string,
        next: expect.stringContaining('_json_key_base64') as string,
      }) as Error,
    )
    try {
      refuseMaskedOutput(secrets, output)
    } catch (thrown) {
      expect(JSON.stringify(thrown)).not.toMatch(/CANARY|service_account/)
    }
  })
})
