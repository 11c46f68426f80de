import { readPartialDescription, type PartName } from './description.ts'
import { down } from './down.ts'
import { planEnvironment, renderExports } from './environment.ts'
import { renderFailure } from './failure.ts'
import { exclusively } from './lock.ts'
import { partNames } from './parts/all.ts'
import { readPaths } from './paths.ts'
import { Processes } from './processes.ts'
import { progressOf } from './progress.ts'
import { readProcessStates, renderStatus } from './status.ts'
import { up } from './up.ts'

const usage = `usage: script/testbed up [part…]   bring all parts up, or some with what they need
       script/testbed down         end everything, keep the cache
       script/testbed status       a line per part; exit code 1 when something is not up
       script/testbed env          lines for: eval "$(script/testbed env)"
parts: ${partNames.join(' ')}
`

/** Runs one command and answers with the exit code: 0 done, 1 something failed or is not up, 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  const [command = 'help', ...rest] = argv
  const paths = readPaths()
  const isPart = (name: string): name is PartName => partNames.some((part) => part === name)
  const wanted = rest.filter(isPart)
  if (wanted.length < rest.length || (command !== 'up' && rest.length > 0)) {
    process.stderr.write(`unknown: ${rest.filter((word) => !isPart(word)).join(' ')}\n${usage}`)
    return 2
  }
  switch (command) {
    case 'up':
      return conclude(
        await exclusively(paths.state, () => up(wanted.length > 0 ? wanted : partNames, paths)),
        'up',
      )
    case 'down':
      return conclude(await exclusively(paths.state, () => down(paths)), 'down')
    case 'status': {
      const states = await readProcessStates(new Processes(paths.state).records())
      const status = renderStatus(readPartialDescription(paths.description), states)
      process.stdout.write(`${status.text}\n`)
      return status.allUp ? 0 : 1
    }
    case 'env': {
      const variables = planEnvironment(readPartialDescription(paths.description), process.env.PATH ?? '')
      process.stdout.write(`${renderExports(variables)}\n`)
      return 0
    }
    default:
      process.stderr.write(usage)
      return 2
  }
}

function conclude(failures: readonly string[], done: string): number {
  if (failures.length === 0) progressOf('testbed').say(done)
  else process.stderr.write(`\n${failures.join('\n\n')}\n`)
  return failures.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${renderFailure('testbed', error)}\n`)
  process.exitCode = 1
}
