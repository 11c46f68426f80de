import { describe, expect, it } from 'vitest'
import { findSecrets } from './find-secrets.ts'

const secret = 'correct horse+battery'

describe('a secret in what was written', () => {
  it.each([
    ['as it is', `it is ${secret}!`],
    ['in base64', `it is ${Buffer.from(secret).toString('base64')}!`],
    ['encoded for a URL', `https://a.example/?p=${encodeURIComponent(secret)}`],
    ['as the token of a Vault', `X-Vault-Token: hvs.${'a1B2'.repeat(8)}`],
    ['as an identity token', `Bearer eyJ${'a1B2'.repeat(8)}.eyJ${'a1B2'.repeat(8)}.sig`],
    ['as a user that Vault made', 'role v-jwt-acm-migrator-x7Yz was created'],
  ])('is found %s', (_, text) => {
    expect(findSecrets({ log: `first\n${text}\nlast` }, [secret])).toEqual([`log: ${text}`])
  })

  it('is found line by line, but not by the lines that every key begins and ends with', () => {
    const key = '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----\n'
    const log = 'MIIEowIBAAKCAQEA\n-----BEGIN KEY-----'
    expect(findSecrets({ log }, [key])).toEqual(['log: MIIEowIBAAKCAQEA'])
  })

  it('is no finding where the runner is told what to hide', () => {
    expect(findSecrets({ log: `::add-mask::${secret}` }, [secret])).toEqual([])
  })

  it('must be known, so that a search for nothing does not pass', () => {
    expect(() => findSecrets({ log: '' }, [])).toThrow('no secret')
  })
})
