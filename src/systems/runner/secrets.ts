/** Where a value is from, and who is told what is done about it. */
export interface SecretOrigin {
  /** A path in Vault, or a file. */
  readonly place: string
  /** Its name there. */
  readonly key: string
  /** Whether what it is from holds secrets and nothing else, as the input `registry-password` does. */
  readonly isDeclared?: boolean
  /** The value is ordinary or public, and is not hidden. @param why such as `a short number` */
  onShown(why: string): void
  onWarning(text: string): void
}

/** Where values are registered that no byte we write may contain. Register a value before its first use. */
export interface Secrets {
  /**
   * Values shorter than 4 characters are refused: hiding them would hide ordinary words.
   *
   * @param origin for values that may be ordinary; without it a value is always hidden
   * @throws StagegateError E_SECRET_PUBLIC
   */
  add(value: string, origin?: SecretOrigin): void
}

/** What is done about a value, see `judgeSecret`. */
export type JudgeValue = (
  value: string,
  origin: Pick<SecretOrigin, 'place' | 'key' | 'isDeclared'> | undefined,
) => {
  readonly hide: boolean
  readonly why?: string
  readonly isInPublic?: boolean
  readonly warning?: string
}

/** Which lines and inner values of a secret are no secrets for themselves, see `leaveOutParts`. */
export type LeaveOutParts = (
  value: string,
  origin: Pick<SecretOrigin, 'place' | 'key' | 'isDeclared'>,
) => (part: string) => boolean

const hideAll: JudgeValue = () => ({ hide: true })
const leaveNothingOut: LeaveOutParts = () => () => false

/**
 * Registers each secret with the redactor, which stands before our own writers, and with the runner, which stands before
 * the log. What the redactor refuses is not given to the runner either, nor what is part of a public text: the runner
 * drops every output of the job that has a mask in it.
 */
export function createSecrets(
  redactor: { add(value: string, leaveOut?: (part: string) => boolean): boolean },
  output: { mask(value: string): void },
  judge: JudgeValue = hideAll,
  leaveOutParts: LeaveOutParts = leaveNothingOut,
): Secrets {
  return {
    add(value, origin) {
      const { hide, why, warning, isInPublic } = judge(value, origin)
      if (warning !== undefined) origin?.onWarning(warning)
      if (!hide) {
        origin?.onShown(why ?? 'ordinary')
        return
      }
      const leaveOut = origin === undefined ? undefined : leaveOutParts(value, origin)
      if (!redactor.add(value, leaveOut) || isInPublic === true) return
      // The runner hides line by line; a line may be ordinary where the whole is not.
      for (const line of value.split(/[\r\n]+/)) {
        const judged = judge(line, origin)
        if (judged.hide && judged.isInPublic !== true) output.mask(line)
      }
    },
  }
}
