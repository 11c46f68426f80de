import type { Repository } from './repository.ts'
import { type State, takeId } from './state.ts'

export interface RepositoryOptions {
  readonly owner: string
  readonly name: string
  readonly private?: boolean
  readonly defaultBranch?: string
  readonly gitDir?: string
  readonly codeScanning?: boolean
}

/**
 * Creates a repository (private unless said otherwise); an owner keeps its id over its repositories. One that is there
 * already keeps everything but the settings that are named, so that a testbed can be brought up twice.
 */
export function createRepository(state: State, options: RepositoryOptions, now: string): Repository {
  const there = state.repositories.find(({ owner, name }) => owner === options.owner && name === options.name)
  if (there !== undefined) return Object.assign(there, options)
  const neighbour = state.repositories.find(({ owner }) => owner === options.owner)
  const repository: Repository = {
    id: takeId(state),
    ownerId: neighbour?.ownerId ?? takeId(state),
    owner: options.owner,
    name: options.name,
    private: options.private ?? true,
    defaultBranch: options.defaultBranch ?? 'main',
    createdAt: now,
    gitDir: options.gitDir ?? null,
    codeScanning: options.codeScanning ?? true,
    ...{ statuses: [], checkSuites: [], checkRuns: [], deployments: [], environments: [], pulls: [] },
    ...{ comments: [], sarifs: [], workflows: [], runs: [], jobs: [], artifacts: [] },
  }
  state.repositories.push(repository)
  return repository
}
