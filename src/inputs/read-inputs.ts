import { StagegateError } from '../errors/index.ts'
import { defaultStatusContext } from './default-status-context.ts'
import { findUnknownInputs } from './find-unknown-inputs.ts'
import { inputDefinitions } from './input-definitions.ts'
import { InputReader } from './input-reader.ts'
import { type Inputs, type RegistryLogin, severities, type SshInputs } from './inputs.ts'
import { readClusterInputs } from './read-cluster-inputs.ts'
import { readVaultInputs } from './read-vault-inputs.ts'

const name = { pattern: /^[^\s].{0,254}$/, allowed: 'at most 255 characters' }
const dnsLabel = { pattern: /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, allowed: 'a name of a-z, 0-9 and -' }
const shard = { pattern: /^[1-8]\/[1-8]$/, allowed: 'a part such as 2/3' }
const shards = { pattern: /^[1-8]$/, allowed: 'a number from 1 to 8' }
const platform = {
  pattern: /^[a-z0-9]+\/[a-z0-9]+(?:\/v[0-9]+)?$/,
  allowed: 'a platform such as linux/amd64',
}
const version = { pattern: /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/, allowed: 'a version such as 1.4.0' }

/**
 * The inputs of the step, each read once, with its type.
 *
 * A secret that is empty is no error, since a fork's run gets none: what it is for is then undefined, with a warning.
 *
 * @param env the process's environment, as the runner made it
 * @param warn gets what is odd but no error
 * @throws StagegateError E_INPUT_INVALID with everything that is wrong
 */
export function readInputs(
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Inputs {
  const reader = new InputReader(env)
  const inputs: Inputs = {
    stages: reader.list('stages'),
    from: reader.line('from') ?? 'auto',
    config: reader.path('config'),
    dryRun: reader.flag('dry-run'),
    environment: reader.line('environment', name) ?? inputDefinitions.environment.default,
    version: reader.line('version', version),
    workingDirectory: reader.path('working-directory') ?? '.',
    githubToken: reader.line('github-token'),
    image: reader.line('image'),
    registry: readRegistryLogin(reader, warn),
    vault: readVaultInputs(reader, warn),
    awaitsVaultToken:
      reader.text('vault-auth') === 'token' &&
      reader.text('vault-url') !== undefined &&
      reader.text('vault-token') === undefined,
    cluster: readClusterInputs(reader, warn),
    namespace: reader.line('namespace', dnsLabel),
    configsToken: reader.line('configs-token'),
    ssh: readSshInputs(reader, warn),
    ageKeys: reader.ageKeys('sops-age-key'),
    rollback: reader.choice('rollback', ['auto', 'never']),
    allowOlder: reader.flag('allow-older'),
    timeoutMs: reader.duration('timeout'),
    statusContext: reader.line('status-context', name) ?? '',
    environmentUrl: reader.publicUrl('environment-url'),
    failOn: reader.optionalChoice('fail-on', severities),
    needs: reader.text('needs'),
    shard: reader.line('shard', shard),
    shards: Number(reader.line('shards', shards) ?? '1'),
    platform: reader.line('platform', platform),
  }
  const unknown = findUnknownInputs(env)
  const problems = [...reader.problems, ...unknown.mistakes]
  if (problems.length > 0) {
    throw new StagegateError('E_INPUT_INVALID', {
      message: problems.length === 1 ? 'An input is not valid.' : `${problems.length} inputs are not valid.`,
      evidence: problems,
      state: 'Nothing was started.',
    })
  }
  unknown.warnings.forEach(warn)
  const statusContext =
    inputs.statusContext === '' ? defaultStatusContext(inputs.workingDirectory) : inputs.statusContext
  return { ...inputs, statusContext }
}

function readRegistryLogin(reader: InputReader, warn: (text: string) => void): RegistryLogin | undefined {
  const username = reader.line('registry-username')
  const password = reader.password('registry-password')
  if (username !== undefined && password !== undefined) return { username, password }
  if (username !== undefined)
    warn('registry-username is set, registry-password is empty: this run has no login to the registry.')
  if (password !== undefined) reader.refuse('registry-password', 'registry-username is missing beside it')
  return undefined
}

function readSshInputs(reader: InputReader, warn: (text: string) => void): SshInputs | undefined {
  const key = reader.privateKey('ssh-key')
  const knownHosts = reader.text('ssh-known-hosts')
  if (key !== undefined) return { key, knownHosts: knownHosts === undefined ? undefined : `${knownHosts}\n` }
  if (knownHosts !== undefined) warn('ssh-known-hosts is set, ssh-key is empty: this run has no key for ssh.')
  return undefined
}
