import { nearestName } from '../errors/index.ts'
import { inputNames, inputVariable } from './input-definitions.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Inputs that action.yml does not have. A name near a known one is a mistake; any other may be a leftover of an outer
 * action (some workflow engines hand those down), and is only worth a warning.
 */
export function findUnknownInputs(env: Environment): {
  readonly mistakes: readonly string[]
  readonly leftovers: readonly string[]
} {
  const known = new Set(inputNames.map(inputVariable))
  const mistakes: string[] = []
  const leftovers: string[] = []
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('INPUT_') || known.has(variable)) continue
    const name = variable.slice('INPUT_'.length).toLowerCase()
    const meant = nearestName(name, inputNames)
    if (meant === undefined) leftovers.push(`There is no input "${name}"; it is not looked at.`)
    else mistakes.push(`${name}: there is no such input; did you mean ${meant}?`)
  }
  return { mistakes, leftovers }
}
