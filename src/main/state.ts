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
  readonly temporary: string
  /** In the environment of every child of the run. */
  readonly runMark: string
  readonly mayDeploy: boolean
  /** The key in the payload of the run's deployment. */
  readonly deploymentKey: string
}

/** Names of the state's variables; the runner gives them to `post` as `STATE_<name>`. */
export const stateNames = {
  main: 'stagegate-main',
  saved: 'stagegate-saved',
  finished: 'stagegate-finished',
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** Tells the second start of the program that it is `post`. */
export async function markMain(runnerFiles: RunnerFiles): Promise<void> {
  await runnerFiles.saveState(stateNames.main, 'true')
}

export async function saveState(runnerFiles: RunnerFiles, state: SavedState): Promise<void> {
  await runnerFiles.saveState(stateNames.saved, JSON.stringify(state))
}

/** The run ended by itself: everything is terminal, `post` has only to clean up. */
export async function markFinished(runnerFiles: RunnerFiles): Promise<void> {
  await runnerFiles.saveState(stateNames.finished, 'true')
}

export function isPost(env: Environment): boolean {
  return (env[`STATE_${stateNames.main}`] ?? '') !== ''
}

export function isFinished(env: Environment): boolean {
  return (env[`STATE_${stateNames.finished}`] ?? '') !== ''
}

/** Undefined when main was killed before it saved anything. */
export function readState(env: Environment): SavedState | undefined {
  const text = env[`STATE_${stateNames.saved}`]
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as SavedState)
}
