import type { Clock } from '../clock/clock.ts'
import { listProcesses } from './proc.ts'

const POLL_MS = 20
/** After SIGKILL only the kernel is awaited. */
const KILL_MS = 2000

/**
 * Ends a process group: SIGTERM, SIGKILL after the grace. Resolves when none of its members is left, or when the
 * kernel keeps one (uninterruptible I/O) though it was killed.
 */
export async function endGroup(group: number, graceMs: number, clock: Clock): Promise<void> {
  if (!sendSignal(group, 'SIGTERM')) return
  if (await waitUntilGone(group, graceMs, clock)) return
  sendSignal(group, 'SIGKILL')
  await waitUntilGone(group, KILL_MS, clock)
}

async function waitUntilGone(group: number, milliseconds: number, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + milliseconds
  for (;;) {
    if (!(await isAlive(group))) return true
    if (clock.monotonic() >= until) return false
    await clock.sleep(POLL_MS)
  }
}

/** A zombie that nobody reaps still takes signals, so the living are counted where /proc shows them. */
async function isAlive(group: number): Promise<boolean> {
  if (!sendSignal(group, 0)) return false
  const processes = await listProcesses()
  return processes.length === 0 || processes.some((entry) => entry.group === group)
}

/** False when the group does not exist any more. */
function sendSignal(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}
