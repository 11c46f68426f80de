import { secretInputNames, secretsOfInput } from '../inputs/index.ts'
import { judgeSecret } from '../report/redaction/judge-secret.ts'
import { createPublicTexts } from '../report/redaction/public-texts.ts'
import type { Secrets } from '../systems/runner/secrets.ts'

/** The secret inputs, registered before anything else is read. */
export interface DeclaredInputs {
  /**
   * Says of each input that is part of a text which is about to be public.
   *
   * @throws StagegateError E_SECRET_PUBLIC
   */
  check(texts: readonly (string | undefined)[]): void
}

export function declareInputs(
  env: Readonly<Record<string, string | undefined>>,
  secrets: Secrets,
  warn: (text: string) => void,
): DeclaredInputs {
  const declared = secretInputNames.flatMap((key) =>
    secretsOfInput(key, env).map((value) => ({ value, key, place: 'the inputs', isDeclared: true })),
  )
  for (const { value, ...origin } of declared) {
    secrets.add(value, { ...origin, onShown: () => undefined, onWarning: warn })
  }
  const warned = new Set<string>()
  return {
    check(texts) {
      const known = createPublicTexts(() => undefined)
      known.add(texts)
      for (const { value, ...origin } of declared) {
        const { hide, warning } = judgeSecret(value, origin, known)
        if (!hide || warning === undefined || warned.has(origin.key)) continue
        warned.add(origin.key)
        warn(warning)
      }
    },
  }
}
