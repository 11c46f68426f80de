import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Systems } from '../../systems.ts'

/** Ends the run when a process that the commit's commands left behind is still alive (threat T6). */
export async function refuseSurvivors({ processes }: Systems, step: StepContext): Promise<void> {
  const survivors = await processes.survivors()
  if (survivors.length === 0) return
  for (const each of survivors) step.log.warn(`Still running: process ${each.pid} ${each.command}`)
  throw new StagegateError('E_SURVIVORS', {
    message: `${survivors.length} ${survivors.length === 1 ? 'process' : 'processes'} that build, test or scan started still run.`,
    evidence: survivors.map((each) => `process ${each.pid}: ${each.command}`),
    state: 'Vault was not opened; nothing was deployed.',
  })
}
