import { describe, expect, it } from 'vitest'
import { listSecretInputs, secretInputNames } from '../../src/inputs/list-secret-inputs.ts'
import { asEnv } from './as-env.ts'

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- name: staging
  cluster: { server: "https://k.example.com", certificate-authority-data: Q0E= }
users:
- name: deployer
  user:
    token: eyJhbGciOi.one
    client-key-data: S0VZ
- name: legacy
  user: { username: mona, password: "two words" }
- name: provider
  user:
    auth-provider: {config: {"id-token": 'three', refresh-token: four}}
`

describe('secret inputs', () => {
  it('are exactly these', () => {
    expect(secretInputNames).toEqual([
      'github-token',
      'registry-password',
      'vault-token',
      'kubeconfig',
      'configs-token',
      'sops-age-key',
      'ssh-key',
    ])
  })

  it('are listed once each, without the empty ones and the white space around them', () => {
    expect(
      listSecretInputs(
        asEnv({
          'github-token': 'ghs_1',
          'configs-token': 'ghs_1',
          'registry-password': ' pw\n',
          'vault-token': '',
          image: 'x',
        }),
      ),
    ).toEqual(['ghs_1', 'pw'])
  })

  it('of a kubeconfig are its credentials, not its ordinary words', () => {
    expect(listSecretInputs(asEnv({ kubeconfig }))).toEqual([
      'eyJhbGciOi.one',
      'S0VZ',
      'two words',
      'three',
      'four',
    ])
  })

  it('of a kubeconfig in JSON are found as well', () => {
    expect(listSecretInputs(asEnv({ kubeconfig: '{"users":[{"user":{"token":"abcd"}}]}' }))).toEqual(['abcd'])
  })
})
