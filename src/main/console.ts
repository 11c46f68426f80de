import { randomUUID } from 'node:crypto'
import { judgeSecret } from '../report/redaction/judge-secret.ts'
import { leaveOutParts } from '../report/redaction/leave-out-parts.ts'
import { createPublicTexts } from '../report/redaction/public-texts.ts'
import { createRedactor } from '../report/redaction/redactor.ts'
import { type Activity, createActivity } from '../systems/clock/activity.ts'
import { systemClock } from '../systems/clock/clock.ts'
import { createHttp } from '../systems/http/create-http.ts'
import type { Http } from '../systems/http/http.ts'
import type { Files } from '../systems/runner/files.ts'
import { createFiles } from '../systems/runner/node-files.ts'
import { createOutput, type Output } from '../systems/runner/output.ts'
import type { Processes } from '../systems/runner/processes.ts'
import { createRunnerFiles, type RunnerFiles } from '../systems/runner/runner-files.ts'
import { createSecrets, type Secrets } from '../systems/runner/secrets.ts'
import { createProcesses } from '../systems/runner/spawn-processes.ts'
import { declareInputs } from './declare-inputs.ts'
import { redactCutsWith } from '../text/index.ts'
import { redactLastWords } from './exit-code.ts'
import { hearOthers, ownLog } from './guard-log.ts'
import { userAgent } from './version.ts'

/** What every run needs before its inputs are read: the redactor first, then the ways out of the process. */
export interface Console {
  readonly output: Output
  readonly secrets: Secrets
  readonly redact: (text: string) => string
  /** Whether a text has a secret in it, outside of what is public. */
  readonly holdsSecret: (text: string) => boolean
  /**
   * Takes texts for public that no secret changes any more: names, addresses, digests and tags.
   *
   * @throws StagegateError E_SECRET_PUBLIC where a secret input is in one of them
   */
  readonly publish: (texts: Iterable<string | undefined>) => void
  readonly runnerFiles: RunnerFiles
  readonly files: Files
  readonly http: Http
  readonly processes: Processes
  /** In the environment of every child, see `endRun`. */
  readonly runMark: string
  readonly clock: typeof systemClock
  readonly activity: Activity
  /** What steps wait by design, between attempts and between looks. */
  readonly pauses: Activity
  /** Monotonic milliseconds of the run's start. */
  readonly startedAt: number
  /** Warnings that belong to no step, for the report. */
  readonly warnings: readonly string[]
  readonly warn: (text: string) => void
  close(): void
}

/** @param folder the run's own temporary folder; output that does not fit in memory waits there too */
export function openConsole(process: NodeJS.Process, folder: string): Console {
  const { env } = process
  const startedAt = systemClock.monotonic()
  const warnings: string[] = []
  const warn = (text: string): void => {
    warnings.push(text)
    output.warn(text)
  }
  const redactor = createRedactor(warn)
  redactLastWords((text) => redactor.redact(text))
  redactCutsWith(redactor)
  const output = createOutput({
    stdout: ownLog(process),
    redactor,
    isRunner: env.GITHUB_ACTIONS === 'true',
    folder,
  })
  hearOthers((text) => {
    output.debug(text.trimEnd())
  })
  const publicTexts = createPublicTexts((text) => {
    redactor.protect(text)
  })
  const secrets = createSecrets(
    redactor,
    output,
    (value, origin) => judgeSecret(value, origin, publicTexts),
    (value, origin) => leaveOutParts(value, origin, publicTexts),
  )
  const inputs = declareInputs(env, secrets, warn)
  const activity = createActivity(systemClock)
  const pauses = createActivity(systemClock)
  const http = createHttp({
    clock: systemClock,
    userAgent,
    env,
    activity,
    onRetry: (line) => {
      output.info(line)
    },
  })
  const runMark = randomUUID()
  const processes = createProcesses({
    clock: systemClock,
    env,
    holdsSecret: (text) => redactor.holdsSecret(text),
    runMark,
    activity,
  })
  return {
    output,
    secrets,
    redact: (text) => redactor.redact(text),
    holdsSecret: (text) => redactor.holdsSecret(text),
    publish(texts) {
      const more = [...texts]
      inputs.check(more)
      publicTexts.add(more)
    },
    runnerFiles: createRunnerFiles(env),
    files: createFiles({ temporary: folder }),
    http,
    processes,
    runMark,
    clock: systemClock,
    activity,
    pauses,
    startedAt,
    warnings,
    warn,
    close() {
      http.close()
    },
  }
}
