import type { CommitStatus, GitHub, Written } from '../systems/github/github.ts'

/** Statuses after which nothing more is expected of a run. */
const TERMINAL: readonly string[] = ['success', 'failure', 'error']

/** What GitHub has been told so far, and whether it took it. */
export interface RecordedWrites {
  readonly github: GitHub
  /** The last status that was to be written, taken or not. */
  lastStatus(): CommitStatus | undefined
  /** Whether a terminal status was taken, or will never be: trying again is no use. */
  hasTerminalStatus(): boolean
  /** The last status when it was not taken, or when the deployment's end was not; undefined when nothing is open. */
  lost(): CommitStatus | undefined
}

/**
 * Looks on while this run's own status and deployment are written; those of stages, and of earlier runs, are none of them.
 *
 * @param own the commit and context of the run's status
 */
export function recordWrites(github: GitHub, own: Pick<CommitStatus, 'commit' | 'context'>): RecordedWrites {
  let status: CommitStatus | undefined
  let statusTaken = true
  let deploymentEnded = true
  let ownDeployment: number | undefined
  const isDone = (written: Written): boolean => written.written || written.refused
  return {
    github: {
      ...github,
      async writeStatus(next, signal) {
        if (next.commit !== own.commit || next.context !== own.context)
          return github.writeStatus(next, signal)
        // What GitHub has already taken is not said twice.
        if (statusTaken && status !== undefined && isSame(status, next)) return { written: true }
        status = next
        statusTaken = false
        const written = await github.writeStatus(next, signal)
        if (status === next) statusTaken = isDone(written)
        return written
      },
      async startDeployment(deployment, signal) {
        deploymentEnded = false
        const started = await github.startDeployment(deployment, signal)
        if (started.written) ownDeployment = started.id
        else if (started.refused) deploymentEnded = true
        return started
      },
      async setDeploymentState(id, next, signal) {
        const written = await github.setDeploymentState(id, next, signal)
        if (id === ownDeployment && next.state !== 'in_progress') deploymentEnded = isDone(written)
        return written
      },
    },
    lastStatus: () => status,
    hasTerminalStatus: () => statusTaken && TERMINAL.includes(status?.state ?? ''),
    lost: () => (statusTaken && deploymentEnded ? undefined : status),
  }
}

function isSame(one: CommitStatus, other: CommitStatus): boolean {
  return one.state === other.state && one.description === other.description
}
