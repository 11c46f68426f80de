import { installMissing } from './debian-packages.ts'
import { readPartialDescription, type PartialDescription, type PartName } from './description.ts'
import { renderFailure } from './failure.ts'
import { writeAtomically } from './files.ts'
import { rememberMachine } from './machine-settings.ts'
import type { PartContext } from './part.ts'
import { parts } from './parts/all.ts'
import type { Paths } from './paths.ts'
import { Processes } from './processes.ts'
import { progressOf } from './progress.ts'

/** The wanted parts with all that they need, each before those that need it. */
export function planParts(
  wanted: readonly PartName[],
  needs: Readonly<Record<PartName, readonly PartName[]>>,
): PartName[] {
  const planned = new Set<PartName>()
  const add = (name: PartName) => {
    if (planned.has(name)) return
    needs[name].forEach(add)
    planned.add(name)
  }
  wanted.forEach(add)
  return [...planned]
}

export const needsOfParts = Object.fromEntries(
  Object.values(parts).map((part) => [part.name, part.needs]),
) as Record<PartName, readonly PartName[]>

/**
 * Brings parts up, each as soon as those that it needs are up. A part that fails stops those that need it and no other.
 * @returns the texts of what failed; empty when all is up.
 */
export async function up(wanted: readonly PartName[], paths: Paths): Promise<string[]> {
  rememberMachine(paths.state)
  const planned = planParts(wanted, needsOfParts)
  await installMissing([...new Set(planned.flatMap((name) => parts[name].programs))], progressOf('packages'))

  const base = { state: paths.state, cache: paths.cache, bin: paths.bin }
  let described: PartialDescription = { ...readPartialDescription(paths.description), ...base }
  const processes = new Processes(paths.state)
  const failures: string[] = []
  const outcomes = new Map<PartName, Promise<boolean>>()
  for (const name of planned) {
    const bringUp = async (): Promise<boolean> => {
      const needed = await Promise.all(parts[name].needs.map((need) => outcomes.get(need)!))
      if (needed.includes(false)) return false
      const progress = progressOf(name)
      try {
        const context: PartContext = { paths, processes, progress, described }
        const section = await parts[name].up(context)
        described = { ...described, [name]: section }
        writeAtomically(paths.description, `${JSON.stringify(described, null, 2)}\n`)
        progress.say('up')
        return true
      } catch (error) {
        failures.push(renderFailure(name, error))
        described = Object.fromEntries(Object.entries(described).filter(([section]) => section !== name))
        writeAtomically(paths.description, `${JSON.stringify(described, null, 2)}\n`)
        progress.say('failed')
        return false
      }
    }
    outcomes.set(name, bringUp())
  }
  await Promise.all(outcomes.values())
  return failures
}
