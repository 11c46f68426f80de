import { StagegateError, toStagegateError } from '../../../errors/index.ts'
import { concernsAll } from '../client/api-error.ts'
import type { AppliedObject, WrittenObject } from '../applied-object.ts'
import { renderWritten } from '../render-written.ts'
import type { Reached } from './apply-change.ts'
import type { Target } from './target.ts'

/** What the dry runs refused, all of it, as one error. */
export function refusalOf(failures: readonly Failed[], tried: number, nothing: boolean): StagegateError {
  const [first] = failures
  if (first === undefined) throw new Error('no failure')
  return new StagegateError(first.error.code, {
    message:
      failures.length === 1
        ? `${first.target.source}: ${first.error.message}`
        : `${failures.length} of ${tried} objects are refused by the server.`,
    evidence: failures.length === 1 ? located(first, first.error.evidence) : failures.flatMap(renderFailed),
    next: first.error.next,
    ...stateOf(nothing),
  })
}

/** A trouble that all dry runs would have met, with what they refused until then. */
export function outageOf(
  outage: StagegateError,
  failures: readonly Failed[],
  nothing: boolean,
): StagegateError {
  const refused = failures.filter(({ error }) => error !== outage && isRefusal(error))
  return outage.with({
    evidence: [
      ...refused.flatMap(renderFailed),
      ...(refused.length === 0 ? [] : ['the other objects were not tried to the end']),
    ],
    ...stateOf(nothing),
  })
}

/** The first failure of several writes, with what the others say. */
export function failureOf(failures: readonly unknown[]): StagegateError {
  const [first, ...others] = failures.map(toStagegateError)
  if (first === undefined) throw new Error('no failure')
  const said = others.filter((each) => each !== first && each.message !== first.message)
  return said.length === 0 ? first : first.with({ evidence: said.map((each) => each.message) })
}

/** What a write that failed has left of its object; undefined: what was there before. Pure. */
export function leftBy(
  reached: Reached | undefined,
  change: AppliedObject['change'],
  ambiguous: boolean,
): 'deleted' | 'uncertain' | undefined {
  if (reached === 'sent' && ambiguous) return 'uncertain'
  return reached !== undefined && change === 'recreated' ? 'deleted' : undefined
}

/** A dry run that failed. */
export interface Failed {
  readonly error: StagegateError
  readonly target: Target
}

function renderFailed({ error, target }: Failed): readonly string[] {
  return located({ error, target }, [error.message, ...error.evidence])
}

function located({ target }: Failed, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${target.source}: ${line}`)
}

function stateOf(nothing: boolean): { readonly state?: string } {
  return nothing ? { state: 'Nothing was applied.' } : {}
}

/** Of the object itself, not of a trouble that stopped all. */
function isRefusal(error: StagegateError): boolean {
  return !concernsAll(error) && error.code !== 'E_INTERNAL'
}

/** What stands after a failure half way: how much is in place, and all that was written. */
export function withProgress(
  error: StagegateError,
  written: readonly WrittenObject[],
  all: number,
): StagegateError {
  const count = (...changes: readonly WrittenObject['change'][]): number =>
    written.filter((each) => changes.includes(each.change)).length
  const changed = count('created', 'changed', 'recreated')
  const deleted = count('deleted')
  const uncertain = count('uncertain')
  const inPlace = changed + count('unchanged')
  return error.with({
    state: [
      `${inPlace} of ${all} objects are in place, ${changed} of them were changed.`,
      ...(deleted === 0 ? [] : [`${deleted} ${deleted === 1 ? 'was' : 'were'} deleted and not made anew.`]),
      ...(uncertain === 0 ? [] : [`Of ${uncertain} it is not known whether the write arrived.`]),
    ].join(' '),
    evidence: renderWritten(written),
  })
}
