import { existsSync } from 'node:fs'
import { run } from './command.ts'
import type { PartContext } from './part.ts'
import { parts } from './parts/all.ts'
import { readPartialDescription } from './description.ts'
import { renderFailure } from './failure.ts'
import { restoreMachine } from './machine-settings.ts'
import { unmountBelow } from './mounts.ts'
import type { Paths } from './paths.ts'
import { Processes } from './processes.ts'
import { progressOf } from './progress.ts'

/**
 * Ends everything that `up` started and removes the state folder; the cache stays. A part that resists does not keep the
 * others up. Safe after a failed `up`, and when nothing is up.
 * @returns the texts of what failed.
 */
export async function down(paths: Paths): Promise<string[]> {
  if (!existsSync(paths.state)) return []
  const processes = new Processes(paths.state)
  const failures: string[] = []
  const described = readPartialDescription(paths.description)
  for (const part of Object.values(parts).reverse()) {
    const progress = progressOf(part.name)
    const context: PartContext = { paths, processes, progress, described }
    const wasUp = part.name in described
    const steps = [
      () => part.drain?.(context),
      () => processes.stopPart(part.name),
      () => part.down?.(context),
    ]
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        failures.push(renderFailure(part.name, error))
      }
    }
    if (wasUp) progress.say('down')
  }
  if (failures.length > 0) return failures
  await restoreMachine(paths.state)
  await unmountBelow(paths.state)
  // rm knows how to stay on one file system, should something have been mounted since.
  await run(['rm', '-rf', '--one-file-system', paths.state])
  return []
}
