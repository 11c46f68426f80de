import { renderError, StagegateError, toStagegateError } from '../errors/index.ts'

/** The one who may say that a run has succeeded. */
let finished = false

/**
 * From the first line on the exit code is 1. It becomes 0 only by `succeed`, at the end of a run that succeeded: a
 * drained event loop, an exception nobody caught and a lost promise all end red.
 */
export function failUnlessFinished(process: NodeJS.Process): void {
  process.exitCode = 1
  process.once('beforeExit', () => {
    if (finished) return
    process.exitCode = 1
    print(
      process,
      new StagegateError('E_INTERNAL_UNFINISHED', { message: 'The run ended without a result.' }),
    )
  })
  const onLost = (thrown: unknown): void => {
    print(process, toStagegateError(thrown))
    process.exit(1)
  }
  process.on('uncaughtException', onLost)
  process.on('unhandledRejection', onLost)
}

/** The run has a result: 0 for a success, else 1. Called once, at the very end. */
export function finish(process: NodeJS.Process, success: boolean): void {
  finished = true
  process.exitCode = success ? 0 : 1
}

/** Only our own texts go here, never a value from outside: this is the last resort, behind the redactor's back. */
function print(process: NodeJS.Process, error: StagegateError): void {
  const text =
    error.code === 'E_INTERNAL_UNFINISHED'
      ? renderError(error, 'main')
      : `main: ${error.code}: ${error.message.split('\n')[0] ?? ''}`
  process.stdout.write(`${text.replace(/::|##\[/g, '  ')}\n`)
}
