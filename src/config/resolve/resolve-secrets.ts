import type { Configured, SecretSettings } from '../config.ts'
import { defaults } from '../defaults.ts'
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
    to:
      'kubernetes' in to
        ? { kind: 'kubernetes', secret: to.kubernetes }
        : { kind: 'env', names: to.env, steps: to.steps },
  }))
  return {
    configured: true,
    source: resolution.source('deploy', 'secrets'),
    critical: true,
    timeoutMs: milliseconds(undefined, defaults.timeouts.secrets),
    entries,
  }
}
