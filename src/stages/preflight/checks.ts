import type { Check } from './access.ts'
import { clusterCheck } from './checks/cluster.ts'
import { configsCheck } from './checks/configs.ts'
import { githubCheck } from './checks/github.ts'
import { idTokenCheck } from './checks/id-token.ts'
import { registryCheck } from './checks/registry.ts'
import { vaultCheck } from './checks/vault.ts'

/**
 * Everything that preflight tries, in the order of the table. What a stage comes to need of somebody else gets a check of
 * its own in `checks/`, and is registered here.
 */
export const checks: readonly Check[] = [
  githubCheck,
  idTokenCheck,
  registryCheck,
  configsCheck,
  vaultCheck,
  clusterCheck,
]
