import { describe, expect, it } from 'vitest'

import { planEnvironment } from '../../../src/systems/runner/child-environment.ts'

const nothing = () => false

describe('The environment of a child', () => {
  it.each([
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_RESULTS_URL',
    'ACTIONS_CACHE_URL',
    'GITHUB_TOKEN',
    'GH_TOKEN',
    'GITHUB_ENV',
    'GITHUB_PATH',
    'GITHUB_OUTPUT',
    'GITHUB_STATE',
    'GITHUB_STEP_SUMMARY',
    'INPUT_GITHUB-TOKEN',
    'INPUT_VAULT-TOKEN',
    'STATE_PHASE',
    'VAULT_TOKEN',
    'BAO_TOKEN',
    'KUBECONFIG',
    'DOCKER_CONFIG',
    'DOCKER_AUTH_CONFIG',
    'SSH_AUTH_SOCK',
    'AWS_SECRET_ACCESS_KEY',
    'AZURE_CLIENT_SECRET',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GIT_CONFIG_VALUE_0',
  ])('is without %s', (name) => {
    expect(planEnvironment({ [name]: 'value' }, nothing)).toEqual({})
  })

  it.each([
    'PATH',
    'HOME',
    'CI',
    'GITHUB_SHA',
    'GITHUB_WORKSPACE',
    'RUNNER_TRACKING_ID',
    'JAVA_HOME',
    'AWS_REGION',
    'NODE_OPTIONS',
    'DOCKER_HOST',
  ])('keeps %s', (name) => {
    expect(planEnvironment({ [name]: 'value' }, nothing)).toEqual({ [name]: 'value' })
  })

  it('is without any variable that holds a secret, but keeps what a child needs to start', () => {
    const holdsSecret = (text: string) => text.includes('hunter22')
    const env = {
      PATH: '/home/hunter22/bin',
      MY_PASSWORD: 'hunter22',
      DSN: 'postgres://u:hunter22@db',
      CI: 'true',
    }
    expect(planEnvironment(env, holdsSecret)).toEqual({ PATH: '/home/hunter22/bin', CI: 'true' })
  })
})
