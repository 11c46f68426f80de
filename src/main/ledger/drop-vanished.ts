import { type ErrorCode, toStagegateError } from '../../errors/index.ts'
import type { Ledger } from '../../pipeline/index.ts'
import { image, type ImageOutput } from '../../stages/image/image.ts'
import type { Systems } from '../../stages/systems.ts'

/** What takes a pass away: the image is not there, or a tag of this commit names another one. */
const REFUTED: readonly ErrorCode[] = ['E_REGISTRY_NOT_VISIBLE', 'E_TAG_MOVED']

/**
 * The ledger without the pass of an image that the registry does not bear out: it is built again. A registry that does not
 * answer takes no pass away; the stage asks once more when its turn comes.
 */
export async function dropVanished(
  ledger: Ledger,
  systems: Systems,
  warn: (text: string) => void,
  signal: AbortSignal,
): Promise<Ledger> {
  const entry = ledger.get(image.id)
  if (entry === undefined) return ledger
  try {
    await image.restore?.(entry.output as ImageOutput, { systems, signal })
    return ledger
  } catch (thrown) {
    signal.throwIfAborted()
    const { code, message } = toStagegateError(thrown)
    if (!REFUTED.includes(code)) return ledger
    warn(`The pass of image in ${entry.from} does not count: ${message}`)
    return new Map([...ledger].filter(([stage]) => stage !== image.id))
  }
}
