import type { Configured, ManifestSource, ManifestsSettings, PolicySettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { ConfigFile } from '../schema/config-file.ts'
import { milliseconds, type Resolution } from './resolution.ts'
import { missing, otherRepository } from './resolve-deploy-steps.ts'
import { failOn } from './resolve-scan.ts'

const { timeouts } = defaults
const anything: ManifestsSettings['allow'] = { namespaces: undefined, kinds: undefined }

/** The manifests: as configured, else as detected in the service's own repository. */
export function resolveManifests(resolution: Resolution): Configured<ManifestsSettings> {
  const setting = resolution.values.deploy?.manifests
  const source = resolution.source('deploy', 'manifests')
  if (setting === false) return { configured: false, reason: `switched off by ${source}` }
  if (setting === undefined) return detectedManifests(resolution)
  const isKeys = typeof setting === 'object' && !Array.isArray(setting)
  const keys = isKeys ? setting : { paths: setting }
  const named = Array.isArray(keys.paths) ? keys.paths : [keys.paths]
  return {
    configured: true,
    source,
    critical: true,
    timeoutMs: milliseconds(isKeys ? setting.timeout : undefined, timeouts.manifests),
    sources: named.map(resolveSource),
    allow: isKeys ? { ...anything, ...setting.allow } : anything,
  }
}

function detectedManifests(resolution: Resolution): Configured<ManifestsSettings> {
  const elsewhere = otherRepository(resolution)
  if (elsewhere !== undefined) {
    resolution.refuse(
      ['deploy', 'configs'],
      `names ${elsewhere}; deploy.manifests must say where manifests are there`,
    )
  }
  const { manifests } = resolution.detected
  if (!manifests.found) return missing(manifests)
  return {
    configured: true,
    source: `detected: ${manifests.by}`,
    critical: true,
    timeoutMs: milliseconds(undefined, timeouts.manifests),
    sources: manifests.value.map(resolveSource),
    allow: anything,
  }
}

type Named = Extract<NonNullable<NonNullable<ConfigFile['deploy']>['manifests']>, readonly unknown[]>[number]

function resolveSource(named: Named): ManifestSource {
  if (typeof named === 'string') return { kind: 'path', path: named }
  const { chart, release, values = [], hooks = defaults.chartHooks } = named
  return { kind: 'chart', path: chart, release, values: listOf(values), hooks }
}

/** The rules for the manifests: as configured; files alone start no tool. */
export function resolvePolicy(resolution: Resolution): Configured<PolicySettings> {
  const setting = resolution.values.deploy?.policy
  const source = resolution.source('deploy', 'policy')
  if (setting === undefined) return { configured: false, reason: 'deploy.policy is not configured' }
  if (setting === false) return { configured: false, reason: `switched off by ${source}` }
  return {
    configured: true,
    source,
    critical: setting.critical ?? true,
    timeoutMs: milliseconds(setting.timeout, timeouts.policy),
    tool: 'conftest',
    paths: listOf(setting.paths),
    data: listOf(setting.data ?? []),
    namespaces: setting.namespaces,
    rego: setting['rego-version'] ?? defaults.rego,
    failOn: setting['fail-on'] ?? failOn(resolution),
  }
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
