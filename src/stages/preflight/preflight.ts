import type { Config } from '../../config/config.ts'
import { toStagegateError } from '../../errors/index.ts'
import type { PlannedStep, Stage, StepContext } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'
import type { Access, Check } from './access.ts'
import { renderAccessTable } from './access-table.ts'
import { checks } from './checks.ts'
import { renderPermissionsBlock } from './permissions-block.ts'

export interface PreflightOutput {
  readonly checked: readonly string[]
}

const MINUTE = 60_000

/**
 * Tries what later stages need (permissions on GitHub, push rights, Vault login, cluster access) and gives it back,
 * before any of the commit's code runs: what is missing is found in the first seconds, not after the long build. All of
 * it is tried, and one table says what this run has and what becomes of it without the rest.
 */
export const preflight: Stage<Outputs, 'preflight', never, Config, Systems> = {
  id: 'preflight',
  needs: [],
  attendance: 'every-call',
  ledger: false,
  plan(config) {
    const planned = checks.map((check) => planCheck(check, config))
    const table: PlannedStep = {
      id: 'table',
      run: true,
      critical: false,
      summary: 'what this run needs, has, and does without',
      timeoutMs: MINUTE,
    }
    return {
      run: true,
      summary: 'try what later stages need, and give it back',
      steps: [...planned, table],
      async execute(_needs, { systems, signal, step }) {
        const asked = checks.filter((_, index) => planned[index]?.run)
        const rows = await Promise.all(
          asked.map((check) => askOrMiss(check, signal, (ask) => step(check.id, ask), config, systems)),
        )
        signal.throwIfAborted()
        await step('table', (each) => {
          sayTable(rows.flat(), config, each)
          return Promise.resolve()
        })
        throwMissing(rows.flat())
        return { checked: asked.map(({ id }) => id) }
      },
    }
  },
}

function planCheck(check: Check, config: Config): PlannedStep {
  const plan = check.plan(config)
  return { id: check.id, ...plan, ...(plan.run ? { timeoutMs: MINUTE } : {}) } as PlannedStep
}

type RunStep = (
  execute: (step: StepContext) => Promise<readonly Access[]>,
) => Promise<readonly Access[] | undefined>

/** The rows of one check; a check that fails to answer at all is a row too, so that nothing is missing in the table. */
async function askOrMiss(
  check: Check,
  signal: AbortSignal,
  run: RunStep,
  config: Config,
  systems: Systems,
): Promise<readonly Access[]> {
  let rows: readonly Access[] | undefined
  const row = { stage: check.stage, needs: check.needs, has: 'unknown' } as const
  try {
    await run(async (step) => {
      rows = await check.ask(config, systems, step)
      for (const each of rows) if (each.has === 'yes') step.log.info(`${each.needs}: ${each.detail || 'yes'}`)
      const error = rows.find((each) => each.error !== undefined)?.error
      if (error !== undefined) throw error
      return rows
    })
    return rows ?? [{ ...row, detail: 'the check failed', consequence: 'the run goes on without an answer' }]
  } catch (thrown) {
    if (rows !== undefined || signal.aborted) return rows ?? []
    const error = toStagegateError(thrown)
    const detail = `${error.code}: ${error.message}`
    return [{ ...row, detail, consequence: 'the run stops here', error }]
  }
}

function sayTable(rows: readonly Access[], config: Config, step: StepContext): void {
  const block = config.trigger.untrusted === undefined ? renderPermissionsBlock(rows, config) : undefined
  step.keep('access', {
    rows: rows.map(({ stage, needs, has, detail, consequence }) => ({
      ...{ stage, needs, has, detail, consequence },
    })),
    permissions: block,
  })
  step.log.info(renderAccessTable(rows))
  for (const row of rows) {
    if (row.has === 'no' && row.error === undefined)
      step.log.warn(`${row.needs} is missing (${row.detail}); ${row.consequence}.`)
  }
  if (block !== undefined) step.log.info(`The permissions that the job needs for this run:\n\n${block}`)
}

/** Throws what the run cannot do without: the first of it, with the others as evidence. */
function throwMissing(rows: readonly Access[]): void {
  const errors = rows.flatMap(({ error }) => error ?? [])
  const [first] = errors
  if (first === undefined) return
  const others = errors.filter((each) => each !== first && each.code !== first.code)
  if (others.length === 0) throw first
  throw first.with({
    evidence: others.map((each) => `also missing: ${each.code}: ${each.message}`),
  })
}
