import type { State } from '../../../__tests__/systems/github/state.ts'
import type { TestbedDescription } from '../testbed/description.ts'
import { repository } from './github-job.ts'

/** What GitHub shows of a commit: its status, its check runs, its deployment; newest first. */
export async function renderGithubView(testbed: TestbedDescription, commit: string): Promise<string> {
  const state = (await (await fetch(`${testbed.github.url}/_testbed/state`)).json()) as State
  const found = state.repositories.find(
    (each) => each.owner === repository.owner && each.name === repository.name,
  )
  if (found === undefined) return 'GitHub knows nothing of the commit.'
  const statuses = found.statuses
    .filter((each) => each.sha === commit)
    .sort((one, other) => other.id - one.id)
  const checks = found.checkRuns.filter((each) => each.headSha === commit)
  const deployments = found.deployments.filter((each) => each.sha === commit)
  return [
    `GitHub shows for commit ${commit.slice(0, 12)}:`,
    ...statuses.map((each) => `  status "${each.context}": ${each.state}: ${each.description ?? ''}`),
    ...checks.map((each) => `  check run "${each.name}": ${each.conclusion ?? each.status}`),
    ...deployments.map(
      (each) =>
        `  deployment to ${each.environment}: ${each.statuses.map((status) => status.state).join(' → ')}`,
    ),
  ].join('\n')
}
