import { renderError, StagegateError } from '../errors/index.ts'
import { renderAccess } from './access-section.ts'
import { renderChanges } from './changes-section.ts'
import { renderDuration } from './duration.ts'
import { codeBlock, codeSpan, escapeInline } from './escape-markdown.ts'
import { renderFindings, renderTests } from './findings-section.ts'
import { imageOf } from './kept.ts'
import { placeOf, type RunReport } from './run-report.ts'
import { renderRollout } from './rollout-section.ts'
import { renderStages } from './stages-table.ts'
import { renderTimeline } from './timeline.ts'

/** Lines of a failure that are shown; the rest is in the log and the JSON report. */
const MAX_FAILURE_LINES = 80

/** The job summary: result, cause, what to do next, stages and steps, findings, changes, a timeline. Pure Markdown. */
export function renderSummary(report: RunReport): string {
  const parts = [
    renderHeadline(report),
    renderFacts(report),
    renderFailure(report),
    renderNext(report),
    renderRollout(report.stages),
    renderStages(report.stages),
    renderAccess(report.stages),
    renderTests(report.stages),
    renderFindings(report.stages),
    renderChanges(report.stages),
    renderWarnings(report.warnings),
    renderTimeline(report.stages),
    renderOverhead(report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function renderHeadline({ conclusion: { ending }, facts }: RunReport): string {
  const what = escapeInline(`${facts.service} ${facts.version}`)
  const where = escapeInline(facts.environment)
  switch (ending.kind) {
    case 'failed':
      return `## ❌ ${what}: ${escapeInline(placeOf(ending.failure))} failed`
    case 'incomplete':
      return `## ❌ ${what}: ${escapeInline(ending.failure.error.message)}`
    case 'cancelled':
      return `## ⏹️ ${what}: cancelled in ${escapeInline(ending.stage)}`
    case 'deployed':
      return ending.lacks.length === 0
        ? `## ✅ ${what} is deployed to ${where} and verified`
        : `## ✅ ${what} is deployed to ${where}; ⚠️ not verified: ${escapeInline(ending.lacks.join(', '))}`
    case 'was-deployed':
      return `## ✅ ${what} was deployed to ${where} by an earlier call`
    case 'complete':
      return ending.isIdle
        ? `## ➖ ${what}: no stage applies; nothing was built, tested or deployed`
        : `## ✅ ${what}: every stage passed; nothing was to be deployed`
    case 'not-judged':
      return `## ➖ ${what}: what earlier calls did is not known to this one`
    case 'waiting':
      return ending.isIdle
        ? `## ➖ ${what}: no stage of this call applies; nothing was done`
        : `## ✅ ${what}: every stage of this call passed`
  }
}

function renderFacts({ facts, durationMs, stages }: RunReport): string {
  const commit = `Commit ${codeSpan(facts.commit.slice(0, 12))} of ${codeSpan(facts.ref)}`
  const by = `by ${escapeInline(facts.actor)} (${escapeInline(facts.event)})`
  const lines = [`${commit}, ${by}, attempt ${facts.attempt}, ${renderDuration(durationMs)}.`]
  const image = imageOf(stages)
  if (image !== undefined) lines.push(`Image ${codeSpan(`${image.repository}@${image.digest}`)}.`)
  if (facts.stages !== undefined)
    lines.push(`This call was asked for: ${escapeInline(facts.stages.join(', '))}.`)
  return lines.join('\n')
}

function renderFailure({ conclusion: { failure } }: RunReport): string {
  return failure === undefined ? '' : codeBlock(renderError(shorten(failure.error), placeOf(failure)))
}

function shorten(error: StagegateError): StagegateError {
  const lines = error.evidence.flatMap((each) => each.split('\n'))
  const left = lines.length - MAX_FAILURE_LINES
  if (left <= 0) return error
  return new StagegateError(error.code, {
    message: error.message,
    evidence: [...lines.slice(0, MAX_FAILURE_LINES), `… ${left} lines more are in the JSON report`],
    next: error.next,
    ...(error.state === undefined ? {} : { state: error.state }),
  })
}

/** What to do next, where no failure says it already. */
function renderNext({ conclusion: { ending }, facts }: RunReport): string {
  if (ending.kind === 'cancelled') {
    return 'Next: rerun the job. A cancel rolls nothing back; a rerun completes what is missing.'
  }
  if (ending.kind !== 'waiting' || ending.next === undefined || facts.isJob === true) return ''
  return `Next: a call with ${codeSpan(`stages: ${ending.next}`)}.`
}

function renderWarnings(warnings: readonly string[]): string {
  return warnings.map((warning) => `> ⚠️ ${escapeInline(warning)}`).join('\n>\n')
}

function renderOverhead({ overhead }: RunReport): string {
  if (overhead === undefined) return ''
  const gaps = overhead.gaps.map(
    (gap) =>
      `- ${renderDuration(gap.to - gap.from)} at ${renderDuration(gap.from)}, after ${escapeInline(gap.after)}`,
  )
  const own = `Stagegate's own time: ${renderDuration(overhead.ownMs)} of ${renderDuration(overhead.wallMs)}; in the rest a tool ran, an answer was awaited, or a step paused by design (${renderDuration(overhead.pausedMs)}).`
  return gaps.length === 0 ? own : `<details><summary>${own}</summary>\n\n${gaps.join('\n')}\n\n</details>`
}
