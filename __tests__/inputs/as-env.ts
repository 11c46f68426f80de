import { inputVariable } from '../../src/inputs/input-definitions.ts'

/** Inputs as the runner hands them over. */
export function asEnv(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value]))
}
