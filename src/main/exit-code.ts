import { catalogue, renderError, StagegateError, toStagegateError } from '../errors/index.ts'
import { ownLog } from './guard-log.ts'

/** The one who may say that a run has succeeded. */
let finished = false

/** Stands before the last words; until the run's own redactor is there, nothing from outside is said. */
let redact = (text: string): string => (text === '' ? '' : '(not shown)')

/** Ends the run in order after a bug; without one the process ends at once. */
let endRun: ((error: StagegateError) => void) | undefined

/** Whatever still holds the process when it has its result may do so for this long, in milliseconds. */
const LINGER_MS = 500

/**
 * From the first line on the exit code is 1. It becomes 0 only by `finish`, at the end of a run that succeeded: a
 * drained event loop, an exception nobody caught and a lost promise all end red.
 */
export function failUnlessFinished(process: NodeJS.Process): void {
  process.exitCode = 1
  process.on('beforeExit', () => {
    if (finished) return
    crash(
      process,
      new StagegateError('E_INTERNAL_UNFINISHED', { message: 'The run ended without a result.' }),
    )
  })
  const onLost = (thrown: unknown): void => {
    const error = toStagegateError(thrown)
    crash(process, withoutSecrets(error))
  }
  process.on('uncaughtException', onLost)
  process.on('unhandledRejection', onLost)
}

/** From now on the last words go through the run's own redactor. */
export function redactLastWords(redactor: (text: string) => string): void {
  redact = redactor
}

/** What is done after a bug instead of ending at once; undefined: nothing has to be given back. */
export function onCrash(end: ((error: StagegateError) => void) | undefined): void {
  endRun = end
}

/** The run has a result: 0 for a success, else 1. Called once, at the very end. */
export function finish(process: NodeJS.Process, success: boolean): void {
  finished = true
  process.exitCode = success ? 0 : 1
  // A forgotten socket or timer must not keep the job waiting.
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

/** A bug after the result is known makes it red; before, the run is ended in order where that is possible. */
function crash(process: NodeJS.Process, error: StagegateError): void {
  process.exitCode = 1
  say(process, error)
  if (finished || endRun === undefined) process.exit(1)
  endRun(error)
}

/** Every text of it may hold something from outside: what the error says, its evidence, what is left and what to do. */
function withoutSecrets(error: StagegateError): StagegateError {
  return new StagegateError(error.code, {
    message: redact(error.message),
    evidence: error.evidence.map((line) => redact(line)),
    ...(error.state === undefined ? {} : { state: redact(error.state) }),
    // The catalogue's own words need no redactor.
    ...(error.next === catalogue[error.code].next ? {} : { next: redact(error.next) }),
  })
}

/** One error line for the runner; what could be read as a command in it is broken. */
function say(process: NodeJS.Process, error: StagegateError): void {
  const text = renderError(error, 'main').replaceAll('::', ': :').replaceAll('##[', '# #[')
  ownLog(process).write(
    `::error::${text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}\n`,
  )
}
