import { describe, expect, it } from 'vitest'
import { isSettableVariable } from '../../src/config/environment-names.ts'

describe('the name of a variable', () => {
  it.each(
    `PATH Path path NODE_OPTIONS node_options BASH_ENV ENV IFS PS4 PROMPT_COMMAND SHELLOPTS BASHOPTS
     LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH
     GITHUB_TOKEN GITHUB_ENV GITHUB_PATH GITHUB_OUTPUT GITHUB_STEP_SUMMARY GITHUB_SHA github_env
     ACTIONS_RUNTIME_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_CACHE_URL
     RUNNER_TEMP RUNNER_TOOL_CACHE INPUT_VAULT_TOKEN STATE_isPost
     GIT_SSH_COMMAND GIT_DIR GIT_CONFIG_COUNT GIT_EXEC_PATH GIT_ASKPASS BASH_FUNC_ls__`.split(/\s+/),
  )('%s is not for configurations and secrets', (name) => {
    expect(isSettableVariable(name)).toBe(false)
  })

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'A\n', 'Ä', 'BASH_FUNC_ls%%', 'A'.repeat(129), 'A\0'])(
    '%j is none',
    (name) => {
      expect(isSettableVariable(name)).toBe(false)
    },
  )

  it.each([
    'DB_USER',
    'PORT',
    'DATABASE_URL',
    '_private',
    'camelCase',
    'GITLAB_URL',
    'PATHS',
    'LDAP_HOST',
    'ENVIRONMENT',
  ])('%s may be set', (name) => {
    expect(isSettableVariable(name)).toBe(true)
  })
})
