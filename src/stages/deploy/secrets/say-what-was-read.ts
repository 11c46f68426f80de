import type { SecretSettings } from '../../../config/config.ts'
import { nearestName } from '../../../errors/index.ts'
import type { StepLog } from '../../../pipeline/index.ts'
import type { VaultSecret } from '../../../systems/vault/vault.ts'

/** By path, the keys that the configuration calls public; what one entry of a path says holds for all of them. */
export function publicKeysOf(entries: readonly SecretSettings[]): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = new Map<string, Set<string>>()
  for (const { path, publicKeys = [] } of entries) {
    keys.set(path, new Set([...(keys.get(path) ?? []), ...publicKeys]))
  }
  return keys
}

/** Says which keys a path has and which of them are shown, never a value. */
export function sayWhatWasRead(
  { path, values, leaseId, notHidden = [], warnings = [] }: VaultSecret,
  publicKeys: ReadonlySet<string> | undefined,
  log: StepLog,
): void {
  const keys = Object.keys(values)
  const leased = leaseId === undefined ? '' : ' (leased, revoked at the end)'
  if (keys.length === 0) log.warn(`${path} has no keys: nothing comes from it.`)
  else log.info(`${path}: ${keys.join(', ')}${leased}`)
  if (notHidden.length > 0) {
    const shown = notHidden.map(({ key, why }) => `${key} (${why})`).join(', ')
    log.info(`${path}: not hidden, because they are no secrets by their form: ${shown}`)
  }
  for (const warning of warnings) log.warn(warning)
  for (const key of publicKeys ?? []) {
    if (keys.includes(key)) continue
    const nearest = nearestName(key, keys)
    const advice = nearest === undefined ? `it has: ${keys.join(', ')}` : `did you mean "${nearest}"?`
    log.warn(`${path} has no key "${key}", which deploy.secrets calls public; ${advice}`)
  }
}
