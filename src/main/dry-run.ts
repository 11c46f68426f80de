import type { PlannedStage, Preview } from '../pipeline/index.ts'
import { codeBlock, escapeInline } from '../report/escape-markdown.ts'
import { concludedDry } from '../report/conclusion/conclude.ts'
import { limitBytes } from '../report/limit-bytes.ts'
import { renderPlan } from '../report/plan-text.ts'
import type { Console } from './console.ts'
import { SUMMARY_BYTES } from './reporter.ts'

/**
 * Says what the planned stages would change, asked of the systems themselves; nothing is changed.
 *
 * @throws StagegateError what a system answers that was asked
 */
export async function runDry<Systems>(
  plan: readonly PlannedStage<Systems>[],
  systems: Systems,
  console: Pick<Console, 'output' | 'redact' | 'runnerFiles'>,
  signal: AbortSignal,
): Promise<void> {
  const previews: Preview[] = []
  for (const stage of plan) {
    if (stage.kind !== 'run' || stage.decision.preview === undefined) continue
    const log = console.output.openLog(stage.id, 'preview', 'what it would change')
    try {
      const needs = passedOutputs(plan) as never
      for (const preview of await stage.decision.preview(needs, { systems, signal, log })) {
        previews.push(preview)
        log.info(`${preview.title}:\n${preview.text}`)
      }
    } finally {
      log.close()
    }
  }
  const parts = [
    '## Dry run: nothing was run and nothing was changed',
    codeBlock(renderPlan(plan)),
    ...previews.map(({ title, text }) => `### ${escapeInline(title)}\n\n${codeBlock(text)}`),
  ]
  const summary = console.redact(`${parts.join('\n\n')}\n`)
  await console.runnerFiles.writeSummary(limitBytes(summary, SUMMARY_BYTES))
  await console.runnerFiles.setOutput('result', concludedDry.result)
  console.output.info('This is a dry run: nothing was run and nothing was changed.')
}

/** What earlier calls have left, as far as it is known. */
function passedOutputs<Systems>(plan: readonly PlannedStage<Systems>[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    plan.flatMap((stage) => (stage.kind === 'passed' ? [[stage.id, stage.entry.output]] : [])),
  )
}
