import type { CommandSettings, Configured } from '../../config/config.ts'
import type { PlannedStep } from '../../pipeline/index.ts'

/** The plan of a step that runs commands of the project. */
export function planCommand(id: string, settings: Configured<CommandSettings>): PlannedStep {
  if (!settings.configured) return { id, run: false, reason: settings.reason }
  const { run, source, critical, timeoutMs } = settings
  return { id, run: true, summary: run.join('\n'), source, critical, timeoutMs }
}
