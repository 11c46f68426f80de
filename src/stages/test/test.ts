import type { Config, Configured, TestSettings } from '../../config/config.ts'
import {
  type Finding,
  mergeTestSummaries,
  noTests,
  renderTestCounts,
  type TestSummary,
} from '../../findings/index.ts'
import type { Stage, StepContext } from '../../pipeline/index.ts'
import { planCommand } from '../commands/plan-command.ts'
import { runCommands } from '../commands/run-commands.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'
import { judgeTests } from './judge-tests.ts'

export interface TestOutput {
  /** Of all reports together; nothing but zeros when none is configured. */
  readonly tests: TestSummary
  readonly findings: readonly Finding[]
}

type Tested = Pick<TestOutput, 'findings'> & { readonly tests: TestSummary | undefined }

/** Unit tests, then integration tests. The exit code and the reports both have to say that they passed. */
export const test: Stage<Outputs, 'test', 'checkout', Config, Systems> = {
  id: 'test',
  needs: ['checkout'],
  plan(config) {
    const { unit, integration } = config.test
    if (!unit.configured && !integration.configured) return { run: false, reason: unit.reason }
    const configured = [unit.configured ? ['unit'] : [], integration.configured ? ['integration'] : []]
    return {
      run: true,
      summary: configured.flat().join(', '),
      steps: [planCommand('unit', unit), planCommand('integration', integration)],
      async execute(_needs, { systems, step }) {
        const outcomes = [
          await step('unit', (each) => runTests(unit, config.workspace, systems, each)),
          await step('integration', (each) => runTests(integration, config.workspace, systems, each)),
        ]
        return {
          tests: mergeTestSummaries(outcomes.map((outcome) => outcome?.tests ?? noTests)),
          findings: outcomes.flatMap((outcome) => outcome?.findings ?? []),
        }
      },
    }
  },
}

async function runTests(
  settings: Configured<TestSettings>,
  workspace: string,
  systems: Systems,
  step: StepContext,
): Promise<Tested> {
  if (!settings.configured) return { tests: undefined, findings: [] }
  const outcome = await runCommands(settings, workspace, systems, step)
  const { tests, findings, reports } = outcome
  if (tests !== undefined) {
    step.keep('tests', tests)
    step.fact('tests', renderTestCounts(tests))
    step.log.info(`${renderTestCounts(tests)}, by ${reports.read.join(', ')}.`)
  }
  if (settings.reports.length === 0) {
    step.log.warn('No reports are configured: that tests ran is known from the exit code alone.')
  }
  const error = judgeTests(settings, outcome)
  if (error !== undefined) throw error
  return { tests, findings }
}
