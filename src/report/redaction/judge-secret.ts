import { StagegateError } from '../../errors/index.ts'
import { findOrdinary, findPlain, looksRandom } from './ordinary.ts'
import type { PublicTexts } from './public-texts.ts'
import { isSecretName } from './secret-name.ts'

/** Where a value is from. */
export interface ValueOrigin {
  /** A path in Vault, a file, or an input. */
  readonly place: string
  /** Its name there. */
  readonly key: string
  /** Whether what it is from holds secrets and nothing else, as the input `registry-password` does. */
  readonly isDeclared?: boolean
}

/** What is done about a value that may be secret. */
export type Judgement =
  | {
      readonly hide: true
      /** Whether a public text has it in it: the runner, which knows of no public texts, would drop outputs for it. */
      readonly isInPublic: boolean
      readonly warning?: string
    }
  | {
      readonly hide: false
      /** What the value is, in words for the log. */
      readonly why: string
      readonly warning?: string
    }

/**
 * Decides what is hidden. A value that is ordinary, or that is a public text itself, is left as it is. A secret that is
 * part of a public text is hidden everywhere else, with a warning; one that nobody could have put there by chance is known
 * to everybody by now, and ends the run. No message has the value in it.
 *
 * @param origin undefined for tokens that the run was given for itself: they are always hidden
 * @throws StagegateError E_SECRET_PUBLIC
 */
export function judgeSecret(value: string, origin: ValueOrigin | undefined, known: PublicTexts): Judgement {
  const text = value.trim()
  const around = text === '' ? undefined : known.findAround(text)
  const isInPublic = around !== undefined
  if (origin === undefined) return { hide: true, isInPublic }
  const isNamedSecret = origin.isDeclared === true || isSecretName(origin.key, origin.place)
  const why =
    findPlain(text) ??
    (isNamedSecret ? undefined : findOrdinary(text)) ??
    (known.has(text) && !(isNamedSecret && looksRandom(text)) ? 'a public text of this run' : undefined) ??
    (isPartOfHash(text, around) ? 'part of a commit or a digest' : undefined)
  const named = `${origin.key} of ${origin.place}`
  if (why !== undefined) {
    if (!isNamedSecret) return { hide: false, why }
    const warning = `${named} is ${why} and is not hidden: anybody could guess it, and hiding it would change texts of our own. If it is secret, choose another value.`
    return { hide: false, why, warning }
  }
  if (around === undefined) return { hide: true, isInPublic }
  if (looksRandom(text)) {
    throw new StagegateError('E_SECRET_PUBLIC', {
      message: `${named} is part of a public text: a name, an address, a tag or an output of this run has it in it.`,
      evidence: [`The text, without the value: ${around.replaceAll(text, '***')}`],
      state: 'No manifest was applied.',
    })
  }
  const warning = `${named} is part of a name, an address, a tag or an output of this run. Those stay as they are; everywhere else it is hidden.`
  return { hide: true, isInPublic, warning }
}

/** Nobody chooses what is in a hash: what is part of one was cut from it, as a short commit is. */
function isPartOfHash(text: string, around: string | undefined): boolean {
  return /^[\da-f]+$/.test(text) && /^(?:sha256:)?[\da-f]{40,64}$/.test(around ?? '')
}
