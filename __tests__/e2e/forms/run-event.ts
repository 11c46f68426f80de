import { pullRequestOf, pushOf, workflowDispatchOf } from '../../fixtures/events/payloads.ts'

/** What started a run, as GitHub tells it. */
export interface RunEvent {
  readonly name: 'push' | 'pull_request' | 'workflow_dispatch'
  readonly ref: string
  readonly payload: object
  /** Its jobs get tokens that read, no identity, and no secret. */
  readonly fork: boolean
}

const main = 'refs/heads/main'

/** An event about a commit: of a pull request its merge and its head are the same here. */
export function eventOf(name: RunEvent['name'], commit: string, { fork = false } = {}): RunEvent {
  switch (name) {
    case 'push':
      return { name, ref: main, payload: pushOf({ ref: main, after: commit }), fork }
    case 'workflow_dispatch':
      return { name, ref: main, payload: workflowDispatchOf(main), fork }
    case 'pull_request': {
      const head = { number: 8, head: commit, merge: commit, branch: 'work' }
      const payload = pullRequestOf({ ...head, owner: fork ? 'stranger' : 'acme' })
      return { name, ref: 'refs/pull/8/merge', payload, fork }
    }
  }
}

/** What GitHub makes of a job's permissions on a fork. */
export function onFork(permissions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(permissions)
      .filter(([name]) => name !== 'id-token')
      .map(([name]) => [name, 'read']),
  )
}
