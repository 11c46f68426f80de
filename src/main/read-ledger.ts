import type { Config } from '../config/config.ts'
import { toStagegateError } from '../errors/index.ts'
import type { Ledger } from '../pipeline/index.ts'
import type { GitHub } from '../systems/github/github.ts'
import { EXTERNAL_ID_PREFIX, readLedger } from './ledger.ts'

const STAGES = ['build', 'test', 'scan', 'image']

/**
 * The passes that earlier calls left for this commit. A ledger that cannot be read is an empty one: everything runs, and
 * the gates of a call that needs earlier passes stay closed.
 */
export async function readLedgerOf(
  github: GitHub | undefined,
  config: Config,
  warn: (text: string) => void,
  signal: AbortSignal,
): Promise<Ledger> {
  if (github === undefined || config.selection.from === 'start') return new Map()
  try {
    const checks = await github.findChecks(config.trigger.headCommit, EXTERNAL_ID_PREFIX, signal)
    return readLedger(checks, config, STAGES)
  } catch (thrown) {
    signal.throwIfAborted()
    warn(`Earlier passes cannot be read: ${toStagegateError(thrown).message}`)
    return new Map()
  }
}
