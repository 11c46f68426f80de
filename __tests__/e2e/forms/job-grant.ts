import { fullName, post, repository } from '../../../script/lib/demo/github-job.ts'
import type { TestbedDescription } from '../../../script/lib/testbed/description.ts'
import type { ArtifactServer } from '../../systems/artifacts/artifact-server.ts'

/** What a runner gives to a job, and to no other. */
export interface JobGrant {
  readonly token: string
  readonly env: Readonly<Record<string, string>>
}

export interface GrantOptions {
  readonly testbed: TestbedDescription
  readonly artifacts: ArtifactServer
  readonly permissions: Readonly<Record<string, string>>
  readonly environment: string | undefined
  readonly commit: string
  readonly ref: string
  readonly event: string
  readonly runId: string
  readonly attempt: number
}

/** Exactly the credentials that a job's `permissions` grant: GitHub's token, an identity or none, the runtime token. */
export async function grantTo(options: GrantOptions): Promise<JobGrant> {
  const { testbed, artifacts, permissions, environment, commit, ref, event, runId, attempt } = options
  const asked = { repository: fullName, kind: 'actions', permissions }
  const { token } = (await post(`${testbed.github.url}/_testbed/tokens`, asked)) as { token: string }
  const claims = {
    ...{ repository: fullName, repository_owner: repository.owner, sha: commit },
    ...{ ref, event_name: event, run_id: runId, run_attempt: String(attempt) },
    ...(environment === undefined ? {} : { environment }),
  }
  const { requestToken, requestUrl } = (await post(
    testbed.oidc.jobs,
    { claims, permissions },
    testbed.certificates.authority,
  )) as { requestToken: string | null; requestUrl: string | null }
  const identity =
    requestToken === null || requestUrl === null
      ? {}
      : { ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken }
  return { token, env: { ...artifacts.startJob(runId), ...identity } }
}
