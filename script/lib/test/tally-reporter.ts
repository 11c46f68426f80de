/** A reporter for Vitest that leaves the counts and the failures of a run, as a {@link Tally}, in a file. */
import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { SerializedError, TestModule, TestSuite } from 'vitest/node'
import { addTally, noTests, type Tally } from './tally.ts'

/** The environment variable that names the file. */
export const tallyFile = 'STAGEGATE_TEST_TALLY'

/** Called by Vitest when all has run; what failed outside of a test (a hook, loading a file) counts too. */
export default class TallyReporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally = modules.map(tallyModule).reduce(addTally, noTests)
    const outside = unhandled.map((error) => renderFailure('outside of all tests', [error]))
    const whole = addTally(tally, { ...noTests, failed: outside.length, failures: outside })
    writeFileSync(process.env[tallyFile] ?? 'tally.json', JSON.stringify(whole))
  }
}

function tallyModule(module: TestModule): Tally {
  const name = module.relativeModuleId
  const count = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result()
    count[state === 'pending' ? 'skipped' : state] += 1
    if (state === 'failed') failures.push(renderFailure(`${name} > ${test.fullName}`, errors))
  }
  const around: (readonly [string, TestModule | TestSuite])[] = [
    [name, module],
    ...[...module.children.allSuites()].map((suite) => [`${name} > ${suite.fullName}`, suite] as const),
  ]
  for (const [title, each] of around) {
    const errors = each.errors()
    if (errors.length === 0) continue
    count.failed += 1
    failures.push(renderFailure(title, errors))
  }
  return { ...count, failures }
}

function renderFailure(name: string, errors: readonly SerializedError[] = []): string {
  const lines = errors.flatMap((error) => [
    ...error.message.split('\n').slice(0, shownLines),
    ...(typeof error.diff === 'string' ? error.diff.split('\n').slice(0, shownLines) : []),
    ...(error.stacks ?? []).slice(0, 2).map(({ file, line }) => `at ${file}:${line}`),
  ])
  return [name, ...lines.map((line) => `    ${stripVTControlCharacters(line)}`)].join('\n')
}

const shownLines = 30
