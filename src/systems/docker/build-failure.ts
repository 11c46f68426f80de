import { StagegateError } from '../../errors/index.ts'
import { daemonFailure } from './daemon-failure.ts'
import { cut } from '../../text/index.ts'

/** What buildx says at the end of a failed build. */
export interface BuildFailure {
  readonly message: string
  /** `Dockerfile:3`, and the instruction's text. */
  readonly where: string | undefined
  readonly instruction: readonly string[]
  /** The last lines of the step that failed. */
  readonly log: readonly string[]
}

/** Reads the end of `--progress plain`: the step's log and the Dockerfile's lines between rules, then `ERROR: …`. Pure. */
export function parseBuildFailure(stderr: string): BuildFailure {
  const lines = stderr.trimEnd().split(/\r?\n/)
  const error = lines.findLast((line) => line.startsWith('ERROR: ')) ?? lines.at(-1) ?? ''
  const place = lines.findLastIndex((line, index) => /:\d+$/.test(line) && isRule(lines[index + 1], 20))
  const logStart = lines.findLastIndex((line, index) => line.startsWith(' > ') && isRule(lines[index - 1], 6))
  return {
    message: error.replace(/^ERROR: (?:failed to build: )?(?:failed to solve: )?/, ''),
    where: place === -1 ? undefined : lines[place],
    instruction: place === -1 ? [] : marked(between(lines, place + 2)),
    log: logStart === -1 ? [] : between(lines, logStart + 1).slice(-20),
  }
}

/** A failed build as an error: ours, the daemon's or the disk's. Pure. */
export function explainBuildFailure(stderr: string, exitCode: number): StagegateError {
  const state = 'Nothing was pushed.'
  if (/no space left on device/i.test(stderr)) {
    return new StagegateError('E_DISK_FULL', { message: 'The disk is full while the image is built.', state })
  }
  const { message, where, instruction, log } = parseBuildFailure(stderr)
  const daemon = daemonFailure(message)
  if (daemon !== undefined) return daemon.with({ state })
  const at = where === undefined ? '' : ` at ${where}`
  return new StagegateError('E_IMAGE_BUILD_FAILED', {
    message: `docker buildx build failed${at} (exit ${exitCode}).`,
    evidence: [...instruction, ...log, message].map((line) => cut(line, 500)),
    state,
    ...(where === undefined ? { next: 'Read the output of the build above.' } : {}),
  })
}

function isRule(line: string | undefined, length: number): boolean {
  return line === '-'.repeat(length)
}

/** The lines from an index up to the next rule. */
function between(lines: readonly string[], start: number): readonly string[] {
  const end = lines.findIndex((line, index) => index >= start && /^-{6,}$/.test(line))
  return lines.slice(start, end === -1 ? undefined : end)
}

/** `   3 | >>> RUN false`: the lines that the error is about, without the lines around them. */
function marked(lines: readonly string[]): readonly string[] {
  return lines.map((line) => /^\s*\d+ \| >>> (.*)$/.exec(line)?.[1]).filter((line) => line !== undefined)
}
