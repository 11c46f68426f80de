import type { Configured, SmokeCheck } from '../config.ts'
import { defaults } from '../defaults.ts'
import { fillTemplate, fillTemplates, type TemplateValues } from './fill-template.ts'
import { milliseconds, type Resolution } from './resolution.ts'

/** The requests to the deployed service, filled in but for `{environment-url}`. */
export function resolveSmoke(
  resolution: Resolution,
  environmentUrl: string | undefined,
  values: TemplateValues,
): Configured<{ readonly checks: readonly SmokeCheck[] }> {
  const setting = resolution.values.deploy?.smoke
  if (setting === undefined) return { configured: false, reason: 'deploy.smoke is not configured' }
  const keys = Array.isArray(setting) ? { checks: setting } : setting
  const inKeys = Array.isArray(setting) ? [] : ['checks']
  const checks = keys.checks.map((check, index): SmokeCheck => {
    const path = ['deploy', 'smoke', ...inKeys, index]
    if (check.url.includes('{environment-url}') && environmentUrl === undefined) {
      resolution.refuse(
        [...path, 'url'],
        'has {environment-url}; set the input environment-url or deploy.environment-url',
      )
    }
    return {
      name: check.name,
      url: fillTemplate(check.url, values),
      status: check.status ?? defaults.smokeStatus,
      body: fillTemplates(check.body, values) as SmokeCheck['body'],
      source: resolution.source(...path),
    }
  })
  return {
    configured: true,
    source: resolution.source('deploy', 'smoke'),
    critical: keys.critical ?? true,
    timeoutMs: milliseconds(keys.timeout, defaults.timeouts.smoke),
    checks,
  }
}
