import { nearestName } from '../errors/index.ts'
import { inputNames, inputVariable } from './input-definitions.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Inputs that action.yml does not have. The runner itself warns of one that `with:` gives, but not every such variable
 * comes from `with:`: a job's own `env` may have INPUT_VERSIONS, and some workflow engines hand down those of an outer
 * action. Which it is can be told by a hyphen alone: the runner keeps it, and a variable that somebody sets for a command
 * has none. So a name with a hyphen that is near a known one is a mistake, and anything else is only worth a warning.
 */
export function findUnknownInputs(env: Environment): {
  readonly mistakes: readonly string[]
  readonly warnings: readonly string[]
} {
  const known = new Set(inputNames.map(inputVariable))
  const mistakes: string[] = []
  const warnings: string[] = []
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('INPUT_') || known.has(variable)) continue
    const name = variable.slice('INPUT_'.length).toLowerCase()
    const meant = nearestName(name, inputNames)
    if (meant === undefined) warnings.push(`There is no input "${name}"; it is not looked at.`)
    else if (name.includes('-')) mistakes.push(`${name}: there is no such input; did you mean ${meant}?`)
    else warnings.push(`There is no input "${name}" (did you mean ${meant}?); ${variable} is not looked at.`)
  }
  return { mistakes, warnings }
}
