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
  const entries = setting.map((entry, index): SecretSettings => ({
    path: entry.path,
    ...(entry.public === undefined ? {} : { publicKeys: entry.public }),
    source: resolution.source('deploy', 'secrets', index),
    to: resolveDestination(entry.to),
  }))
  refuseSharedVariables(resolution, entries)
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

/** A variable of a step has one value: of two, the order in the file would decide. */
function refuseSharedVariables(resolution: Resolution, entries: readonly SecretSettings[]): void {
  const taken = new Map<string, { readonly from: string; readonly source: string }>()
  entries.forEach(({ path, to, source }, index) => {
    if (to.kind !== 'env') return
    for (const [key, name] of Object.entries(to.names)) {
      const from = `${key} of ${path}`
      for (const step of to.steps) {
        const first = taken.get(`${step} ${name}`)
        if (first === undefined) {
          taken.set(`${step} ${name}`, { from, source })
          continue
        }
        resolution.refuse(
          ['deploy', 'secrets', index, 'to', 'env', key],
          `gives the step ${step} the variable ${name} from ${from}, which has it from ${first.from} already (${first.source}); allowed is one value for each variable`,
        )
      }
    }
  })
}
