import type { Config, Configured, TestSettings } from '../../config/config.ts'
import {
  addTestsRan,
  countTestsRan,
  describePrinted,
  type Finding,
  mergeTestSummaries,
  noTests,
  renderTestCounts,
  TestCounter,
  type TestsRan,
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
  /** How many passed or failed, in both steps; also where no report is configured. Each step keeps its own. */
  readonly testsRan: TestsRan
  readonly findings: readonly Finding[]
}

type Tested = Omit<TestOutput, 'tests'> & { readonly tests: TestSummary | undefined }

const NOT_KNOWN =
  'The command ended with 0; how many tests ran is not known. Configure reports, so that their results are read.'

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
          testsRan: addTestsRan(outcomes.map((outcome) => outcome?.testsRan ?? 0)),
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
  if (!settings.configured) return { tests: undefined, testsRan: 0, findings: [] }
  const counter = new TestCounter()
  const outcome = await runCommands(settings, workspace, systems, step, (line) => {
    counter.addLine(line)
  })
  const { tests, findings, reports } = outcome
  const printed = counter.counts()
  const testsRan = countTestsRan(tests, printed)
  step.keep('testsRan', testsRan)
  if (tests !== undefined) {
    step.keep('tests', tests)
    step.fact('tests', renderTestCounts(tests))
    step.log.info(`${renderTestCounts(tests)}, by ${reports.read.join(', ')}.`)
  } else if (testsRan === 'unknown') {
    if (outcome.failure === undefined) {
      step.fact('tests', 'the command ended with 0; how many tests ran is not known')
      step.log.warn(NOT_KNOWN)
    }
  } else if (printed !== undefined) {
    step.fact('tests', describePrinted(printed))
    step.log.info(`${describePrinted(printed)}.`)
  }
  const error = judgeTests(settings, outcome, printed)
  if (error !== undefined) throw error
  return { tests, testsRan, findings }
}
