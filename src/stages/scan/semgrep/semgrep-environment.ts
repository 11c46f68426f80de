import { join } from 'node:path'

import type { StepContext } from '../../../pipeline/index.ts'
import type { ScannerSystems } from '../scanner.ts'
import { scannerEnvironment } from '../scanner-environment.ts'

/** They say where semgrep's server is, who asks, and how it looks; any other can change what is found. */
const KEPT = [
  'SEMGREP_APP_TOKEN',
  'SEMGREP_APP_URL',
  'SEMGREP_COOKIES_PATH',
  'SEMGREP_ENABLE_VERSION_CHECK',
  'SEMGREP_FORCE_COLOR',
  'SEMGREP_FORCE_NO_COLOR',
  'SEMGREP_IN_DOCKER',
  'SEMGREP_LOG_FILE',
  'SEMGREP_SEND_METRICS',
  'SEMGREP_SETTINGS_FILE',
  'SEMGREP_URL',
  'SEMGREP_USER_AGENT_APPEND',
]

/**
 * Semgrep asks Git for the files that are tracked, and for those that are neither tracked nor ignored. With an ignore file
 * of ours that names everything it gets the tracked ones alone: `.gitignore` never leaves out a tracked file, and what
 * is not in the commit, such as `node_modules` and what the build made, is not scanned.
 *
 * @param folder of the run, for the ignore file
 */
export async function semgrepEnvironment(
  folder: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<Record<string, string>> {
  const excludes = join(folder, 'untracked')
  await systems.files.write(excludes, '*\n')
  const settings = [
    ['core.excludesFile', excludes],
    // In a job container another user owns the checkout, and Git would list nothing.
    ['safe.directory', '*'],
  ] as const
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  const inherited = Object.entries(scannerEnvironment(systems, step, 'SEMGREP_', KEPT))
  return Object.fromEntries([
    ...inherited.filter(([name]) => !name.startsWith('GIT_')),
    ...variables,
    ['GIT_CONFIG_COUNT', String(settings.length)],
  ]) as Record<string, string>
}
