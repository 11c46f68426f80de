import type { CommitStatus } from '../systems/github/github.ts'
import type { RunnerFiles } from '../systems/runner/runner-files.ts'

/**
 * What `post` needs to make a killed run's traces terminal, saved before the side effect that it undoes. No token is ever
 * in it: anything in the job can read it.
 */
export interface SavedState {
  readonly commit: string
  readonly context: string
  readonly repository: string
  readonly runUrl: string
  readonly mayDeploy: boolean
  /** The key in the payload of the run's deployment. */
  readonly deploymentKey: string
  /** `namespace/name` of the Lease that a deployment holds; undefined where none is configured. */
  readonly lock: string | undefined
}

/** A status that main wanted written, and GitHub did not take. */
export interface LostStatus extends CommitStatus {
  readonly repository: string
}

/** Names of the state's variables; the runner gives them to `post` as `STATE_<name>`. */
export const stateNames = {
  main: 'stagegate-main',
  saved: 'stagegate-saved',
  reached: 'stagegate-reached',
  lost: 'stagegate-lost',
  finished: 'stagegate-finished',
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** What is on the machine from the first moment on. */
export interface Begun {
  readonly temporary: string
  /** In the environment of every child of the run. */
  readonly runMark: string
  /** ISO 8601, by the clock of this machine. */
  readonly startedAt: string
}

/** Tells `post` what it has to clean. */
export async function markMain(runnerFiles: RunnerFiles, begun: Begun): Promise<void> {
  await runnerFiles.saveState(stateNames.main, JSON.stringify(begun))
}

/** How far a run has come: a step of the deployment, such as `deploy.rollout`. */
export async function markReached(runnerFiles: RunnerFiles, step: string): Promise<void> {
  await runnerFiles.saveState(stateNames.reached, step)
}

export async function saveState(runnerFiles: RunnerFiles, state: SavedState): Promise<void> {
  await runnerFiles.saveState(stateNames.saved, JSON.stringify(state))
}

/** The run ended by itself, and GitHub did not take its end: `post` tries again. */
export async function markLost(runnerFiles: RunnerFiles, lost: LostStatus): Promise<void> {
  await runnerFiles.saveState(stateNames.lost, JSON.stringify(lost))
}

/** The run ended by itself: everything is terminal, `post` has only to clean up. */
export async function markFinished(runnerFiles: RunnerFiles): Promise<void> {
  await runnerFiles.saveState(stateNames.finished, 'true')
}

export function isFinished(env: Environment): boolean {
  return (env[`STATE_${stateNames.finished}`] ?? '') !== ''
}

/** Undefined when main was killed before it had begun anything. */
export function readBegun(env: Environment): Begun | undefined {
  return parse(env[`STATE_${stateNames.main}`]) as Begun | undefined
}

/** Undefined when main was killed before it had a plan. */
export function readState(env: Environment): SavedState | undefined {
  return parse(env[`STATE_${stateNames.saved}`]) as SavedState | undefined
}

export function readLost(env: Environment): LostStatus | undefined {
  return parse(env[`STATE_${stateNames.lost}`]) as LostStatus | undefined
}

export function readReached(env: Environment): string | undefined {
  return env[`STATE_${stateNames.reached}`]
}

/** A state that was cut by a full disk is none. */
function parse(text: string | undefined): unknown {
  try {
    return text === undefined || text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
