import { randomUUID } from 'node:crypto'

/** What a job's token says; every value is text, as GitHub has it. Claims that are not named get ordinary values. */
export interface JobClaims {
  /** `owner/name` */
  readonly repository: string
  readonly sha: string
  /** A full ref; `refs/heads/main` when left out. */
  readonly ref?: string
  readonly environment?: string
  readonly event_name?: string
  /** Other claims, the registered ones too: `aud`, `exp` or `iss` that are wrong on purpose. */
  readonly [claim: string]: unknown
}

/** A token lives for five minutes, and is valid from ten minutes before its issue: GitHub's own margins. */
const lifetimeSeconds = 300
const earlySeconds = 600

/**
 * The claims of GitHub's OIDC token for a job, as its documentation lists them ("OpenID Connect reference").
 * @param now Unix time in seconds
 */
export function createClaims(
  job: JobClaims,
  issuer: string,
  audience: string,
  now: number,
): Record<string, unknown> {
  const ref = job.ref ?? 'refs/heads/main'
  const event = job.event_name ?? 'push'
  const [owner = ''] = job.repository.split('/')
  const workflowRef = `${job.repository}/.github/workflows/staging.yml@${ref}`
  return {
    iss: issuer,
    sub: createSubject(job.repository, ref, event, job.environment),
    aud: audience,
    repository_id: '101',
    repository_owner: owner,
    repository_owner_id: '1001',
    repository_visibility: 'private',
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    head_ref: '',
    base_ref: '',
    workflow: 'staging',
    workflow_ref: workflowRef,
    workflow_sha: job.sha,
    job_workflow_ref: workflowRef,
    job_workflow_sha: job.sha,
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    actor: 'octocat',
    actor_id: '583231',
    runner_environment: 'github-hosted',
    jti: randomUUID(),
    iat: now,
    nbf: now - earlySeconds,
    exp: now + lifetimeSeconds,
    ...job,
    ref,
    event_name: event,
  }
}

/** The subject in its older form, by names: an environment comes before a pull request, and both before the ref. */
function createSubject(
  repository: string,
  ref: string,
  event: string,
  environment: string | undefined,
): string {
  if (environment !== undefined) return `repo:${repository}:environment:${encodeURIComponent(environment)}`
  return event === 'pull_request' ? `repo:${repository}:pull_request` : `repo:${repository}:ref:${ref}`
}

/** Without an audience GitHub takes the address of the repository's owner. */
export function defaultAudience(repository: string): string {
  return `https://github.com/${repository.split('/')[0] ?? ''}`
}
