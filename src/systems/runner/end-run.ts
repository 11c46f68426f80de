import type { Clock } from '../clock/clock.ts'
import { RUN_MARK } from './child-environment.ts'
import { listProcesses, readVariable } from './proc.ts'
import { endGroup } from './process-group.ts'

const GRACE_MS = 3000

/**
 * Ends everything that lives on of a run that was killed: SIGTERM to each process group, SIGKILL after 3 s, unless told otherwise. What a
 * child has moved into a group of its own is found by its environment.
 *
 * @param runMark of the run's `createProcesses`
 * @param graceMs between SIGTERM and SIGKILL
 * @returns how many process groups were ended
 */
export async function endRun(runMark: string, clock: Clock, graceMs = GRACE_MS): Promise<number> {
  const processes = await listProcesses()
  const marked = await Promise.all(
    processes.map(async (entry) =>
      (await readVariable(entry.pid, RUN_MARK)) === runMark ? entry : undefined,
    ),
  )
  const groups = new Set(marked.flatMap((entry) => (entry === undefined ? [] : [entry.group])))
  await Promise.all([...groups].map((group) => endGroup(group, graceMs, clock)))
  return groups.size
}
