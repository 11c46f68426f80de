import { isOwnWord } from '../report/redaction/vocabulary.ts'
import type { Console } from './console.ts'

/**
 * Sets an output as it is. Where a secret is in it, it is left out: outputs are readable by every later step, and one that
 * was changed would send those to a digest, an address or a file that does not exist.
 */
export async function setOutput(
  { runnerFiles, holdsSecret, warn }: Pick<Console, 'runnerFiles' | 'holdsSecret' | 'warn'>,
  name: string,
  value: string,
): Promise<void> {
  if (!isOwnWord(value) && holdsSecret(value)) {
    warn(`The output ${name} is left out: a secret is in it.`)
    return
  }
  await runnerFiles.setOutput(name, value)
}
