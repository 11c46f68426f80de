import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const rules = ['.semgrep.yml', '.semgrep.yaml', '.semgrep/', 'semgrep/']

/** Looks for rules of the project's own; rules of a registry are only used when they are named. */
export async function detectSemgrep(workspace: Workspace): Promise<Detection<string>> {
  const names = await workspace.list('.')
  const file = rules.find((each) => names.includes(each))
  return file === undefined ? notFound(`rules (${rules.join(', ')})`) : found(file, `there is ${file}`)
}
