import type { z } from 'zod'
import { nearestName } from '../../errors/index.ts'
import { renderPath, type ValuePath } from './problem.ts'
import { cut, hideLogins } from '../../text/index.ts'

type Issue = z.core.$ZodIssue

export interface Explained {
  /** Where it is; an unknown key is the last part. */
  readonly path: ValuePath
  readonly text: string
}

/** What was found and what is allowed, for each thing that the schema says about a value. */
export function explainIssue(issue: Issue, root: unknown, above: ValuePath = []): readonly Explained[] {
  const path = [...above, ...(issue.path as (string | number)[])]
  const where = renderPath(path) || 'the file'
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], text: unknownKey(where, key, issue.message) }))
  }
  if (issue.code === 'invalid_key') {
    return [
      { path, text: `${where}: this name is not allowed; allowed is ${issue.issues[0]?.message ?? ''}` },
    ]
  }
  const option = issue.code === 'invalid_union' ? chooseOption(issue.errors) : undefined
  if (option !== undefined) return option.flatMap((each) => explainIssue(each, root, path))
  const found = valueAt(root, path)
  return [
    {
      path,
      text:
        found === undefined
          ? `${where} is missing; allowed is ${issue.message}`
          : `${where}: found ${renderFound(found)}; allowed is ${issue.message}`,
    },
  ]
}

/**
 * The form of a union that was meant: the one whose type fits, so that its inside is what is wrong. Undefined when none
 * fits; then the message of the union itself names all forms.
 */
function chooseOption(options: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = options.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || !['invalid_type', 'invalid_value'].includes(issue.code)),
  )
  return fitting.toSorted((a, b) => weigh(a) - weigh(b))[0]
}

/** Fewer wrong keys and values: nearer to what was meant. */
function weigh(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

function unknownKey(where: string, key: string, allowed: string): string {
  const meant = nearestName(key, allowed.split(', '))
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
  return `${where}: unknown key ${JSON.stringify(cut(hideLogins(key), 60))}; allowed is ${allowed}${hint}`
}

function renderFound(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'keys with values'
  const text = JSON.stringify(value)
  return cut(hideLogins(text), 80)
}

function valueAt(root: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    root,
  )
}
