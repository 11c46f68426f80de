import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './debian-packages.ts'
import type { PartialDescription, PartName, TestbedDescription } from './description.ts'
import { TestbedFailure } from './failure.ts'
import type { Paths } from './paths.ts'
import type { Processes } from './processes.ts'
import type { Progress } from './progress.ts'

/** What a part gets to work with. */
export interface PartContext {
  readonly paths: Paths
  readonly processes: Processes
  readonly progress: Progress
  readonly described: PartialDescription
}

/** One part of the testbed. Both functions may be called at any time, and again: they do what is missing. */
export interface Part<Name extends PartName = PartName> {
  readonly name: Name
  readonly title: string
  /** Parts that must be up before this one. */
  readonly needs: readonly PartName[]
  /** Programs of the machine, installed when they are missing. */
  readonly programs: readonly Program[]
  up(context: PartContext): Promise<TestbedDescription[Name]>
  /** Takes away what is not a process of `context.processes`: those are stopped first, by themselves, after `drain`. */
  down?(context: PartContext): Promise<void>
  /** Called while the part's processes still run. */
  drain?(context: PartContext): Promise<void>
}

/** The section of a part that is needed and therefore up. */
export function sectionOf<Name extends PartName>(context: PartContext, name: Name): TestbedDescription[Name] {
  const section = context.described[name]
  if (section === undefined)
    throw new TestbedFailure(`part ${name} is not up`, { next: `script/testbed up ${name}` })
  return section
}

/** A folder of the part in `state`, made when it is missing. */
export function folderOf(context: PartContext, ...names: readonly [string, ...string[]]): string {
  const folder = join(context.paths.state, ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Links programs of a cached folder into the testbed's `bin`; answers with the path of the first. */
export function linkPrograms(context: PartContext, folder: string, programs = readdirSync(folder)): string {
  mkdirSync(context.paths.bin, { recursive: true })
  for (const program of programs) {
    const target = join(folder, program)
    if (!existsSync(target))
      throw new TestbedFailure(`${target} is missing`, { next: `remove ${folder} and try again` })
    const link = join(context.paths.bin, program)
    rmSync(link, { force: true })
    symlinkSync(target, link)
  }
  return join(context.paths.bin, programs[0] ?? '')
}
