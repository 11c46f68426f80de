import type { z } from 'zod'

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
}

/**
 * What is allowed where a value was refused, as a phrase that follows "allowed is": the `error` of every parse here, so
 * that the messages of issues are these phrases. Schemas with a message of their own keep it.
 */
export function describeAllowed(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return types[issue.expected] ?? issue.expected
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(', ')
  if (issue.code === 'too_small') return amount(issue.origin, `at least ${issue.minimum}`)
  if (issue.code === 'too_big') return amount(issue.origin, `at most ${issue.maximum}`)
  return 'another value'
}

function amount(origin: string, bound: string): string {
  if (origin === 'string') return `a text of ${bound} characters`
  return origin === 'array' ? `a list of ${bound}` : bound
}
