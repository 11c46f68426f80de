import { describe, expect, it } from 'vitest'
import { type ErrorCode, StagegateError } from '../../../src/errors/index.ts'
import { tryLogin } from '../../../src/stages/preflight/access.ts'
import { configOf } from '../../main/config-of.ts'

const row = { stage: 'deploy', needs: 'a login to Vault' }
const inEnvironment = configOf()
const outside = configOf({ selection: { stages: undefined, from: 'auto', outsideEnvironment: true } })

function loginWith(code: ErrorCode, config = outside, byIdentity = true) {
  const refused = new StagegateError(code, { message: 'It said no.' })
  return tryLogin(row, config, byIdentity, new AbortController().signal, () => Promise.reject(refused))
}

describe('a login that is tried outside of the environment', () => {
  it.each(['E_VAULT_LOGIN_DENIED', 'E_VAULT_FORBIDDEN', 'E_KUBE_AUTH', 'E_KUBE_FORBIDDEN'] as const)(
    'tells nothing when it ends with %s, and the run goes on',
    async (code) => {
      expect(await loginWith(code)).toEqual({
        ...row,
        has: 'unknown',
        detail: `${code}: It said no.`,
        consequence: 'refused without the claim environment; the job deploy asks again',
      })
    },
  )

  it.each(['E_VAULT_UNAVAILABLE', 'E_VAULT_SEALED', 'E_VAULT_TLS', 'E_KUBE_UNREACHABLE'] as const)(
    'stops the run when it ends with %s: no claim changes that',
    async (code) => {
      expect(await loginWith(code)).toMatchObject({ consequence: 'the run stops here', error: { code } })
    },
  )

  it('stops the run when it is refused and the identity had no part in it', async () => {
    expect(await loginWith('E_VAULT_LOGIN_DENIED', outside, false)).toMatchObject({
      has: 'no',
      error: { code: 'E_VAULT_LOGIN_DENIED' },
    })
  })

  it('is a success when it is one', async () => {
    const signal = new AbortController().signal
    expect(await tryLogin(row, outside, true, signal, () => Promise.resolve('accepted'))).toEqual({
      ...row,
      ...{ has: 'yes', detail: 'accepted', consequence: '' },
    })
  })
})

describe('a login that is tried where the deployment will be', () => {
  it('stops the run when it is refused', async () => {
    expect(await loginWith('E_VAULT_LOGIN_DENIED', inEnvironment)).toMatchObject({
      has: 'no',
      consequence: 'the run stops here',
      error: { code: 'E_VAULT_LOGIN_DENIED' },
    })
  })
})
