import { join } from 'node:path'
import type { CommandSettings, Configured, TestSettings } from '../config.ts'
import type { Detection } from '../detect/detection.ts'
import type { ValuePath } from '../load/problem.ts'
import type { commandStep, testStep } from '../schema/command.ts'
import type { z } from 'zod'
import { milliseconds, type Resolution } from './resolution.ts'

interface CommandSource {
  readonly path: ValuePath
  readonly detected: Detection<string>
  readonly timeout: string
}

/** A command of the project: as configured, else as detected, else not applicable. */
export function resolveCommand(
  resolution: Resolution,
  setting: z.infer<typeof commandStep> | undefined,
  { path, detected, timeout }: CommandSource,
): Configured<CommandSettings> {
  const { workspace } = resolution
  const common = {
    critical: true,
    timeoutMs: milliseconds(undefined, timeout),
    shell: 'bash' as const,
    workingDirectory: workspace,
    env: {},
    reports: [],
  }
  if (setting === undefined) {
    return detected.found
      ? { configured: true, source: `detected: ${detected.by}`, run: [detected.value], ...common }
      : { configured: false, reason: `not configured; looked for ${detected.lookedFor}` }
  }
  const source = resolution.source(...path)
  if (setting === false) return { configured: false, reason: `switched off by ${source}` }
  if (typeof setting === 'string') return { configured: true, source, run: [setting], ...common }
  if (Array.isArray(setting)) return { configured: true, source, run: setting, ...common }
  return {
    configured: true,
    source,
    run: toList(setting.run),
    critical: setting.critical ?? true,
    timeoutMs: milliseconds(setting.timeout, timeout),
    shell: setting.shell ?? 'bash',
    workingDirectory: join(workspace, setting['working-directory'] ?? '.'),
    env: setting.env ?? {},
    reports: toList(setting.reports ?? []),
  }
}

/** A command that runs tests. */
export function resolveTest(
  resolution: Resolution,
  setting: z.infer<typeof testStep> | undefined,
  from: CommandSource,
): Configured<TestSettings> {
  const command = resolveCommand(resolution, setting, from)
  if (!command.configured) return command
  const keys = typeof setting === 'object' && 'run' in setting ? setting : undefined
  return { ...command, allowNoTests: keys?.['allow-no-tests'] ?? false }
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
