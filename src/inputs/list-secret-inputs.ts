import { type InputName, inputNames, inputVariable, isSecretInput } from './input-definitions.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The inputs that are secret. */
export const secretInputNames: readonly InputName[] = inputNames.filter(isSecretInput)

/**
 * The values that no byte we write may contain, to be registered before anything else is read. Of a kubeconfig these are
 * its credentials: its other lines (`kind: Config`) are ordinary words.
 */
export function listSecretInputs(env: Environment): readonly string[] {
  return [...new Set(secretInputNames.flatMap((name) => secretsOfInput(name, env)))]
}

/** The same of one input: none where it is not set. */
export function secretsOfInput(name: InputName, env: Environment): readonly string[] {
  const value = env[inputVariable(name)]?.trim() ?? ''
  const values =
    name === 'kubeconfig'
      ? kubeconfigCredentials(value)
      : name === 'sops-age-key'
        ? listAgeKeys(value)
        : [value]
  return values.filter((each) => each !== '')
}

/** Keys of a kubeconfig that hold credentials (client authentication v1). */
const credential =
  /(?:^|[\s{,"'])(?:token|password|client-key-data|id-token|refresh-token|access-token|client-secret)["']?[ \t]*:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,}"'][^\s,}]*))/g

function kubeconfigCredentials(kubeconfig: string): readonly string[] {
  return [...kubeconfig.matchAll(credential)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )
}

/** The lines of a file of age identities that are no comments. */
export function listAgeKeys(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}
