import { renderError, StagegateError, toStagegateError } from '../errors/index.ts'

/** The one who may say that a run has succeeded. */
let finished = false

/** Stands before the last words; until the run's own redactor is there, nothing from outside is said. */
let redact = (text: string): string => (text === '' ? '' : '(not shown)')

/**
 * From the first line on the exit code is 1. It becomes 0 only by `finish`, at the end of a run that succeeded: a
 * drained event loop, an exception nobody caught and a lost promise all end red.
 */
export function failUnlessFinished(process: NodeJS.Process): void {
  process.exitCode = 1
  process.once('beforeExit', () => {
    if (finished) return
    process.exitCode = 1
    say(process, new StagegateError('E_INTERNAL_UNFINISHED', { message: 'The run ended without a result.' }))
  })
  const onLost = (thrown: unknown): void => {
    const error = toStagegateError(thrown)
    say(process, error.with({ message: redact(error.message) }))
    process.exit(1)
  }
  process.on('uncaughtException', onLost)
  process.on('unhandledRejection', onLost)
}

/** From now on the last words go through the run's own redactor. */
export function redactLastWords(redactor: (text: string) => string): void {
  redact = redactor
}

/** The run has a result: 0 for a success, else 1. Called once, at the very end. */
export function finish(process: NodeJS.Process, success: boolean): void {
  finished = true
  process.exitCode = success ? 0 : 1
}

/** One error line for the runner; what could be read as a command in it is broken. */
function say(process: NodeJS.Process, error: StagegateError): void {
  const text = renderError(error, 'main').replaceAll('::', ': :').replaceAll('##[', '# #[')
  process.stdout.write(
    `::error::${text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}\n`,
  )
}
