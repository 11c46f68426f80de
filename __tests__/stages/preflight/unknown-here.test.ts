import { describe, expect, it } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { missing, unknownHere, unlessUnknownHere } from '../../../src/stages/preflight/access.ts'
import { configOf } from '../../main/config-of.ts'

const row = { stage: 'deploy', needs: '12 rights in namespace staging' }
const selection = { stages: undefined, from: 'auto', outsideEnvironment: true } as const
const outside = configOf({ selection: { ...selection, unknownHere: ['cluster', 'configs'] } })

describe('what needs a secret that only the environment may have', () => {
  it('is not known to preflight, which stops nothing', () => {
    expect(unknownHere(row, outside, 'cluster', 'KUBECONFIG')).toEqual({
      ...row,
      has: 'unknown',
      detail: 'this job has no KUBECONFIG; a secret of the environment reaches the job deploy alone',
      consequence: 'not known here; the job deploy asks again',
    })
  })

  it('is tried where the call has it, and where no environment stands behind', () => {
    expect(unknownHere(row, outside, 'vault', 'VAULT_TOKEN')).toBeUndefined()
    expect(unknownHere(row, configOf(), 'cluster', 'KUBECONFIG')).toBeUndefined()
  })

  it('is not known where the repository of the configurations refuses the token of the run', () => {
    const refused = missing(row, new StagegateError('E_CONFIG_GIT_ACCESS', { message: 'It said no.' }))
    expect(unlessUnknownHere(refused, outside, 'configs')).toEqual({
      ...row,
      has: 'unknown',
      detail: 'E_CONFIG_GIT_ACCESS: It said no.',
      consequence: 'not known here; the job deploy asks again',
    })
    expect(unlessUnknownHere(refused, configOf(), 'configs')).toBe(refused)
    const gone = missing(row, new StagegateError('E_CONFIG_REF_MISSING', { message: 'No such branch.' }))
    expect(unlessUnknownHere(gone, outside, 'configs')).toBe(gone)
  })
})
