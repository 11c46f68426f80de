import { join } from 'node:path'
import type { Config } from '../config/config.ts'

/** Absolute path of the JSON report: beside the run's temporary folder, which is removed at its end. */
export function reportFileOf({ temporary, trigger }: Pick<Config, 'temporary' | 'trigger'>): string {
  return join(temporary, '..', `stagegate-report-${trigger.run.job}-${process.pid}.json`)
}
