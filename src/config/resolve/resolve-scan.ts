import type { Config, Configured, DastSettings, DependenciesSettings, SastSettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { Detection } from '../detect/detection.ts'
import { milliseconds, type Resolution } from './resolution.ts'

type Scan = Config['scan']

/** The scanners: as configured, else where there is something for them to look at. */
export function resolveScan(resolution: Resolution): Scan {
  const unknown = { configured: false, reason: 'this version of Stagegate has no scanner for it' } as const
  return {
    sast: resolveSast(resolution),
    dast: resolveDast(resolution),
    dependencies: resolveDependencies(resolution),
    secrets: unknown,
    config: unknown,
    ignore: resolution.values.scan?.ignore ?? [],
    ...(resolution.file === undefined ? {} : { file: resolution.file.path }),
  }
}

function resolveSast(resolution: Resolution): Configured<SastSettings> {
  const setting = resolution.values.scan?.sast
  if (setting === false) return switchedOff(resolution, 'sast')
  if (setting !== undefined) {
    return { ...common(resolution, 'sast', setting), tool: 'semgrep', config: setting.config }
  }
  const { semgrepRules: rules } = resolution.detected
  return rules.found
    ? { ...detectedScan(resolution, rules.by), tool: 'semgrep', config: rules.value }
    : missing(rules)
}

function resolveDependencies(resolution: Resolution): Configured<DependenciesSettings> {
  const setting = resolution.values.scan?.dependencies
  if (setting === false) return switchedOff(resolution, 'dependencies')
  if (setting !== undefined) return { ...common(resolution, 'dependencies', setting), tool: 'osv-scanner' }
  const { lockFile } = resolution.detected
  return lockFile.found
    ? { ...detectedScan(resolution, lockFile.by), tool: 'osv-scanner' }
    : missing(lockFile)
}

function resolveDast(resolution: Resolution): Configured<DastSettings> {
  const setting = resolution.values.scan?.dast
  const { openapi } = resolution.detected
  if (setting === false) return switchedOff(resolution, 'dast')
  if (setting === undefined) {
    return {
      configured: false,
      reason: 'scan.dast, which says how the service is started, is not configured',
    }
  }
  if (setting.target === undefined && !openapi.found) {
    resolution.refuse(['scan', 'dast'], `has no target; looked for ${openapi.lookedFor}`)
  }
  return {
    ...common(resolution, 'dast', setting),
    tool: 'schemathesis',
    start: setting.start,
    env: setting.env ?? {},
    waitFor: setting['wait-for'],
    target: setting.target ?? (openapi.found ? openapi.value : ''),
    args: setting.args ?? [],
  }
}

interface ScannerKeys {
  readonly 'fail-on'?: SastSettings['failOn'] | undefined
  readonly timeout?: string | undefined
  readonly critical?: boolean | undefined
}

function common(resolution: Resolution, scanner: string, keys: ScannerKeys) {
  return {
    configured: true,
    source: resolution.source('scan', scanner),
    critical: keys.critical ?? true,
    timeoutMs: milliseconds(keys.timeout, defaults.timeouts.scan),
    failOn: keys['fail-on'] ?? failOn(resolution),
  } as const
}

function detectedScan(resolution: Resolution, by: string) {
  return { ...common(resolution, '', {}), source: `detected: ${by}` } as const
}

/** A scanner's own threshold goes first, then the input, then the file's for all. */
export function failOn(resolution: Resolution): SastSettings['failOn'] {
  return resolution.inputs.failOn ?? resolution.values.scan?.['fail-on'] ?? defaults.failOn
}

function switchedOff(resolution: Resolution, scanner: string) {
  return { configured: false, reason: `switched off by ${resolution.source('scan', scanner)}` } as const
}

function missing(detection: Extract<Detection<unknown>, { found: false }>) {
  return { configured: false, reason: `not configured; looked for ${detection.lookedFor}` } as const
}
