/** `script/test`: runs every check in turn, goes on after a failure, and ends with `N passed, N failed`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCheck } from './run-check.ts'
import { addTally, noTests, renderTally, type Tally } from './tally.ts'
import { runVitest } from './run-vitest.ts'

const usage = `Usage: script/test [--no-testbed] [--keep]

  --no-testbed  only what needs no other system: types, lint, format, unit tests, fresh generated files
  --keep        leave the testbed running
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'no-testbed': { type: 'boolean' },
      keep: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(usage)
    return
  }
  // Tests run the project's own compiler and linter, as npm's scripts find them.
  process.env.PATH = `${join(process.cwd(), 'node_modules', '.bin')}:${process.env.PATH ?? ''}`
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-test-'))
  try {
    let tally = await runChecks(folder)
    if (values['no-testbed'] !== true)
      tally = addTally(tally, await runOnTestbed(folder, values.keep === true))
    process.stdout.write(`\n${renderTally(tally)}\n`)
    process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runChecks(folder: string): Promise<Tally> {
  process.stdout.write('\n── types, lint, format and generated files, at the same time\n')
  const check = (title: string, script: string): Promise<Tally> =>
    runCheck(title, ['npm', 'run', '--silent', script], { held: true })
  const [lint, ...others] = await Promise.all([
    check('lint', 'lint'),
    // One after the other they take as long as the linter.
    check('types', 'types').then(async (types) => [
      types,
      await check('format', 'format'),
      await check('generated files are fresh', 'fresh'),
    ]),
  ])
  const checked = [lint, ...others.flat()].reduce(addTally, noTests)
  return addTally(checked, await runVitest('unit', folder))
}

/** Uses a testbed that is already up and leaves it so; one that it starts itself it also stops. */
async function runOnTestbed(folder: string, keep: boolean): Promise<Tally> {
  const wasUp =
    (await runCheck('is a testbed up?', ['script/testbed', 'status'], { quiet: true })).failed === 0
  let tally = await runCheck('testbed up', ['script/testbed', 'up'])
  if (tally.failed === 0) {
    tally = addTally(tally, await runVitest('system', folder))
    tally = addTally(tally, await runVitest('e2e', folder))
  }
  if (wasUp || keep) return tally
  return addTally(tally, await runCheck('testbed down', ['script/testbed', 'down']))
}

await main()
