import { StagegateError } from '../../../errors/index.ts'
import type { AppliedObject } from '../cluster.ts'
import type { Target } from './target.ts'

/** What the dry runs refused, all of it, as one error. */
export function refusalOf(
  failures: readonly { readonly error: StagegateError; readonly target: Target }[],
  tried: number,
  applied: number,
): StagegateError {
  const [first] = failures
  if (first === undefined) throw new Error('no failure')
  return new StagegateError(first.error.code, {
    message:
      failures.length === 1
        ? `${first.target.source}: ${first.error.message}`
        : `${failures.length} of ${tried} objects are refused by the server.`,
    evidence: failures.flatMap(({ error, target }) => [
      ...(failures.length === 1 ? [] : [`${target.source}: ${error.message}`]),
      ...error.evidence.map((line) => `${target.source}: ${line}`),
    ]),
    next: first.error.next,
    ...(applied === 0 ? { state: 'Nothing was applied.' } : {}),
  })
}

/** What stands after a failure half way. */
export function withProgress(
  error: StagegateError,
  applied: readonly AppliedObject[],
  all: number,
): StagegateError {
  if (error.state !== undefined) return error
  const changed = applied.filter((each) => each.change !== 'unchanged')
  return error.with({
    state: `${applied.length} of ${all} objects are in place, ${changed.length} of them were changed.`,
    evidence: changed.map(({ object, change }) => `${change}: ${object.kind} ${object.metadata.name}`),
  })
}
