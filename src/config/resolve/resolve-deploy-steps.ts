import type { Configured, InfrastructureSettings, MigrationSettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { Detection } from '../detect/detection.ts'
import { milliseconds, type Resolution } from './resolution.ts'

const { timeouts } = defaults

/** The playbook: as configured, else as detected in the service's own repository. */
export function resolveInfrastructure(resolution: Resolution): Configured<InfrastructureSettings> {
  const setting = resolution.values.deploy?.infrastructure
  const source = resolution.source('deploy', 'infrastructure')
  if (setting === false) return { configured: false, reason: `switched off by ${source}` }
  if (setting !== undefined) {
    return {
      configured: true,
      source,
      critical: setting.critical ?? true,
      timeoutMs: milliseconds(setting.timeout, timeouts.infrastructure),
      playbook: setting.playbook,
      inventory: setting.inventory,
    }
  }
  const elsewhere = otherRepository(resolution)
  if (elsewhere !== undefined) return { configured: false, reason: `not configured for ${elsewhere}` }
  const { playbook } = resolution.detected
  return playbook.found
    ? {
        configured: true,
        source: `detected: ${playbook.by}`,
        critical: true,
        timeoutMs: milliseconds(undefined, timeouts.infrastructure),
        ...playbook.value,
      }
    : missing(playbook)
}

/** The migration: as configured. Its database cannot be detected, so files alone start none. */
export function resolveMigration(resolution: Resolution): Configured<MigrationSettings> {
  const setting = resolution.values.deploy?.migration
  const source = resolution.source('deploy', 'migration')
  if (setting === false) return { configured: false, reason: `switched off by ${source}` }
  const { migrations } = resolution.detected
  if (setting === undefined) {
    return migrations.found
      ? {
          configured: false,
          reason: `${migrations.by}, but deploy.migration does not say where the database is (image, url)`,
        }
      : missing(migrations)
  }
  return {
    configured: true,
    source,
    critical: true,
    timeoutMs: milliseconds(setting.timeout, timeouts.migration),
    tool: setting.tool ?? defaults.migration.tool,
    image: setting.image,
    locations: setting.locations ?? defaults.migration.locations,
    url: setting.url,
    when: setting.when ?? defaults.migration.when,
    keep: setting.keep ?? defaults.migration.keep,
  }
}

/** The repository with the deployment configurations, where it is not the service's own: nothing in it can be detected. */
export function otherRepository(resolution: Resolution): string | undefined {
  return resolution.values.deploy?.configs?.repository
}

export function missing(detection: Extract<Detection<unknown>, { found: false }>) {
  return { configured: false, reason: `not configured; looked for ${detection.lookedFor}` } as const
}
