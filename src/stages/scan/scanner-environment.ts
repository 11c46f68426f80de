import type { StepContext } from '../../pipeline/index.ts'
import type { ScannerSystems } from './scanner.ts'

/**
 * The environment of a scanner: without credentials, and without variables of the runner that change what it finds. What
 * was taken away is said.
 *
 * @param prefix of the tool's own variables: `SEMGREP_`
 * @param kept those of them that say where a server is and who asks
 */
export function scannerEnvironment(
  { processes }: Pick<ScannerSystems, 'processes'>,
  step: StepContext,
  prefix: string,
  kept: readonly string[],
): Record<string, string> {
  const all = processes.environment('foreign')
  const withheld = Object.keys(all).filter((name) => name.startsWith(prefix) && !kept.includes(name))
  if (withheld.length > 0) {
    step.log.warn(
      `Not passed on, because they can change what is found: ${withheld.toSorted().join(', ')} of the runner's environment.`,
    )
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !withheld.includes(name)))
}
