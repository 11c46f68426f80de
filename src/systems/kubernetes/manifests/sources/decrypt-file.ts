import { basename } from 'node:path'
import { runIsolated } from '../../../runner/run-isolated.ts'
import type { FieldPath } from '../../manifest-set.ts'
import { isEncryptedObject } from '../check-object.ts'
import { limits } from '../limits.ts'
import { findProgram } from './find-program.ts'
import { describeEncryption } from './describe-encryption.ts'
import { type DecryptedValue, listDecrypted } from './list-decrypted.ts'
import { listEncrypted } from './list-encrypted.ts'
import { readMappings } from './read-mappings.ts'
import { complaintOf, type SourceContext } from './source-reading.ts'

export interface Decrypted {
  /** Undefined where it could not be decrypted. */
  readonly text?: string
  /** The fields that were encrypted, by document. */
  readonly hidden?: readonly (readonly FieldPath[])[]
  /** What they held, in each of its forms. */
  readonly values?: readonly string[]
  readonly problems: readonly string[]
  /** Why the file is left out. */
  readonly note?: string
  /** What is to be said of a file that was decrypted. */
  readonly notes?: readonly string[]
}

const HOW = 'give one with the input sops-age-key, or with deploy.secrets and to: {sops: KEY}'

/** Exit codes of sops (cmd/sops/codes). */
const MAC_MISMATCH = 51
const NO_KEY_FITS = 128

/** Whether a text is a file of SOPS: its metadata stand in a document as a key of their own. */
export function isEncrypted(text: string): boolean {
  if (!/(?:^sops|"sops")[ \t]*:/m.test(text)) return false
  const documents = readMappings(text)
  return typeof documents !== 'string' && documents.some(isEncryptedObject)
}

/**
 * A file's content in the clear, by `sops decrypt`: through pipes, so that it is never on the disk. Each value is known to
 * the redactor before anybody sees the text. Only age keys are used: the others of a file would be asked for over the
 * network, at an address that the file itself names.
 *
 * @param shown the file as people read it
 */
export async function decryptFile(context: SourceContext, shown: string, text: string): Promise<Decrypted> {
  const { request, processes, secrets } = context
  const { problem, recipients } = describeEncryption(text)
  if (problem !== undefined) return { problems: [`${shown}: ${problem}`] }
  if (request.ageKeys.length === 0) {
    const why = `is encrypted with SOPS for ${recipients.join(', ')}, and there is no key`
    return request.encrypted === 'refuse'
      ? { problems: [`${shown}: ${why}: ${HOW}`] }
      : { problems: [], note: `${shown}: left out: it ${why} here.` }
  }
  const sops = await findProgram(processes, 'sops', `the encrypted file ${shown}`)
  const type = shown.endsWith('.json') ? 'json' : 'yaml'
  const finished = await runIsolated(context, {
    // Its standard input is a socket, which cannot be opened as /dev/stdin: without a file, sops reads it.
    argv: [
      sops,
      'decrypt',
      `--input-type=${type}`,
      `--output-type=${type}`,
      `--filename-override=${basename(shown)}`,
    ],
    cwd: request.root,
    env: { SOPS_AGE_KEY: request.ageKeys.join('\n'), SOPS_DISABLE_VERSION_CHECK: '1' },
    input: text,
    signal: request.signal,
    maxBytes: limits.fileBytes * 2,
  })
  if (finished.exitCode === NO_KEY_FITS) {
    const given =
      request.ageKeys.length === 1
        ? 'the given key is not'
        : `none of the ${request.ageKeys.length} given keys is`
    return { problems: [`${shown}: is encrypted for ${recipients.join(', ')}; ${given} one of these`] }
  }
  if (finished.exitCode === MAC_MISMATCH)
    return {
      problems: [
        `${shown}: was changed after it had been encrypted (its MAC differs); encrypt it anew with sops`,
      ],
    }
  if (finished.exitCode !== 0)
    return { problems: [`${shown}: sops decrypt: ${complaintOf(finished, request.root)}`] }
  const values = listDecrypted(text, finished.stdout)
  const notes = registerDecrypted(shown, values, secrets)
  return {
    text: finished.stdout,
    hidden: listEncrypted(text),
    values: values.map((each) => each.value),
    problems: [],
    notes,
  }
}

/** What is to be said of them: which are not hidden, since a file that is encrypted as a whole holds more than secrets. */
function registerDecrypted(
  shown: string,
  values: readonly DecryptedValue[],
  secrets: SourceContext['secrets'],
): readonly string[] {
  const notHidden = new Set<string>()
  const warnings: string[] = []
  for (const { key, value } of values) {
    secrets.add(value, {
      place: shown,
      key,
      onShown: (why) => notHidden.add(`${key} (${why})`),
      onWarning: (warning) => warnings.push(warning),
    })
  }
  if (notHidden.size === 0) return warnings
  const list = [...notHidden].join(', ')
  return [`${shown}: not hidden, because they are no secrets by their form: ${list}`, ...warnings]
}
