import type { Description, Operation, Parameter } from './description.ts'
import { notFound, Refusal } from './refusal.ts'

/** Parameters of a request, read as the description has them. */
export interface ParsedParameters {
  readonly values: Record<string, string | number | boolean | undefined>
  readonly page: number
  /** 1 to 100. */
  readonly perPage: number
  /** What GitHub lets pass and a correct client does not send: a name it does not know, more than 100 a page. */
  readonly oddities: readonly string[]
}

/** GitHub gives at most this many items on a page, whatever was asked for. */
const largestPage = 100

/** Reads path and query. @throws Refusal 404 for an id that is none, 422 for another wrong value */
export function parseParameters(
  description: Description,
  operation: Operation,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): ParsedParameters {
  const values: ParsedParameters['values'] = {}
  for (const parameter of operation.parameters) {
    const text = parameter.in === 'path' ? path[parameter.name] : query.get(parameter.name)
    if (text === undefined || text === null) {
      values[parameter.name] = parameter.schema.default as string | number | boolean | undefined
      continue
    }
    const value = convert(parameter, text)
    const problems = description.parameterProblems(operation, parameter, value)
    if (problems.length > 0) {
      throw parameter.in === 'path'
        ? notFound()
        : new Refusal(422, problems.join('\n'), { violation: 'parameter' })
    }
    values[parameter.name] = value
  }
  const asked = Number(values.per_page ?? 30)
  return {
    values,
    page: Math.max(1, Number(values.page ?? 1)),
    perPage: asked < 1 ? 30 : Math.min(asked, largestPage),
    oddities: [
      ...[...new Set(query.keys())]
        .filter(
          (name) =>
            !operation.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name),
        )
        .map((name) => `query parameter ${name} is not described`),
      ...(asked > largestPage ? [`per_page ${asked} is above ${largestPage}`] : []),
    ],
  }
}

function convert(parameter: Parameter, text: string): string | number | boolean {
  switch (parameter.schema.type) {
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    default:
      return text
  }
}
