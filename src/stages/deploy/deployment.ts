import type { Config, Configured, DeploySettings } from '../../config/config.ts'
import { managedLabel } from '../../systems/kubernetes/bookkeeping.ts'
import type { Cluster, LeaseHold } from '../../systems/kubernetes/cluster.ts'
import type { VaultSession } from '../../systems/vault/vault.ts'
import type { ImageOutput } from '../image/image.ts'
import type { Systems } from '../systems.ts'

export type ActiveDeploySettings = Extract<Configured<DeploySettings>, { configured: true }>

/** What the steps of one deployment share from `deploy.start` on. */
export interface Deployment {
  readonly config: Config
  readonly settings: ActiveDeploySettings
  readonly systems: Systems
  readonly image: ImageOutput
  readonly cluster: Cluster
  readonly lease: LeaseHold
  /** Opened by `deploy.start` where secrets are configured; closed on every way out. */
  readonly vault: VaultSession | undefined
  /** Tells that a Job writes to the database with these leases, until the function that is given back is called. */
  migrationRuns(job: string, leases: readonly string[]): () => void
  /** Gives back Vault and the lock, once however often it is called. Never throws; says what could not be given back. */
  giveBack(): Promise<readonly string[]>
}

/** Where the deployment's own files are: manifests, playbooks, SQL. */
export interface Configs {
  /** Absolute. */
  readonly root: string
  /** Commit of the repository they came from. */
  readonly commit: string
  /** The SQL of the migration, all of it, sorted by name; none where no migration is configured. */
  readonly migrations: readonly MigrationFile[]
}

export interface MigrationFile {
  readonly name: string
  readonly content: string
}

/** Annotations of ours: on workloads' own metadata, and a hash of what they read on their pod templates. */
export const annotations = {
  commit: 'stagegate.dev/commit',
  configCommit: 'stagegate.dev/config-commit',
  configHash: 'stagegate.dev/config-hash',
} as const

/** Selects the migration Jobs of a service. */
export function migrationSelector(service: string): string {
  return Object.entries(migrationLabels(service))
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

/** The labels of a service's migration Jobs. */
export function migrationLabels(service: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': `${service}-migration`, ...managedLabel }
}
