import type { DastSettings } from '../../../config/config.ts'
import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { OutputReader } from '../../commands/output-reader.ts'
import { shellArguments } from '../../commands/run-commands.ts'
import type { ScannerSystems } from '../scanner.ts'

export interface StartedService {
  /** The last lines that it printed, oldest first. */
  lastLines(): readonly string[]
  /** Ends it with everything that it started. */
  end(): Promise<void>
}

/** How long the service may take until it answers, in milliseconds. */
const START_MS = 60_000
const ATTEMPT_MS = 2_000
const PAUSE_MS = 200
const LOG_LINES = 30

/**
 * Starts the service that is to be scanned, and waits until it answers. Its output is kept, not logged: thousands of
 * requests are about to come.
 *
 * @throws StagegateError E_SCAN_TARGET when it ends, does not answer in time, or something else answers in its place
 */
export async function startService(
  settings: DastSettings,
  workspace: string,
  systems: ScannerSystems,
  step: StepContext,
): Promise<StartedService> {
  const { start, env, waitFor } = settings
  const { processes, clock } = systems
  if ((await ask(waitFor, systems, step)) !== undefined) {
    throw new StagegateError('E_SCAN_TARGET', {
      message: `Something answers at ${waitFor} before the service is started: it would be scanned instead.`,
      next: 'End what listens there, or start the service on another port.',
    })
  }
  const reader = new OutputReader()
  const child = await processes.start({
    argv: shellArguments('bash', start),
    cwd: workspace,
    env: processes.environment('foreign', env),
    signal: step.signal,
    onOutput: (chunk, stream) => {
      reader.write(chunk, stream)
    },
  })
  const service: StartedService = {
    lastLines: () => reader.lastLines(LOG_LINES),
    async end() {
      await child.end()
    },
  }
  let ended: number | undefined
  const exit = child.finished.then(({ exitCode }) => {
    ended = exitCode
    reader.end()
  })
  try {
    const startedMs = clock.monotonic()
    let answer = 'nothing'
    for (;;) {
      const status = await ask(waitFor, systems, step)
      if (ended !== undefined) throw notStarted(`\`${start}\` ended with exit code ${ended}`, service)
      if (status !== undefined && status >= 200 && status < 300) break
      if (status !== undefined) answer = `status ${status}`
      if (clock.monotonic() - startedMs > START_MS) {
        throw notStarted(`${waitFor} answered ${answer} for ${START_MS / 1000} s; expected 2xx`, service)
      }
      await Promise.race([clock.sleep(PAUSE_MS, step.signal), exit])
    }
    step.log.info(
      `The service answers at ${waitFor} after ${((clock.monotonic() - startedMs) / 1000).toFixed(1)} s.`,
    )
    return service
  } catch (error) {
    await service.end()
    throw error
  }
}

function notStarted(why: string, service: StartedService): StagegateError {
  return new StagegateError('E_SCAN_TARGET', { message: `${why}.`, evidence: service.lastLines() })
}

/** The status of one answer, or undefined when none came. */
async function ask(url: string, { http }: ScannerSystems, step: StepContext): Promise<number | undefined> {
  try {
    const answer = await http.send({
      system: 'dast',
      method: 'GET',
      url,
      signal: step.signal,
      policy: { attempts: 1, attemptMs: ATTEMPT_MS, totalMs: ATTEMPT_MS },
    })
    return answer.status
  } catch (error) {
    if (error instanceof StagegateError && error.code.startsWith('E_HTTP_')) return undefined
    throw error
  }
}
