import type { Configured, SecretDestination, SecretSettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { ConfigFile } from '../schema/config-file.ts'
import { milliseconds, type Resolution } from './resolution.ts'

/** What is read from Vault, and where it goes. */
export function resolveSecrets(
  resolution: Resolution,
): Configured<{ readonly entries: readonly SecretSettings[] }> {
  const setting = resolution.values.deploy?.secrets
  if (setting === undefined) return { configured: false, reason: 'deploy.secrets is not configured' }
  const entries = setting.map(({ path, to }, index): SecretSettings => ({
    path,
    source: resolution.source('deploy', 'secrets', index),
    to: resolveDestination(to),
  }))
  return {
    configured: true,
    source: resolution.source('deploy', 'secrets'),
    critical: true,
    timeoutMs: milliseconds(undefined, defaults.timeouts.secrets),
    entries,
  }
}

type Destination = NonNullable<NonNullable<ConfigFile['deploy']>['secrets']>[number]['to']

function resolveDestination(to: Destination): SecretDestination {
  if ('kubernetes' in to) return { kind: 'kubernetes', secret: to.kubernetes }
  if ('sops' in to) return { kind: 'sops', key: to.sops }
  return { kind: 'env', names: to.env, steps: to.steps }
}
