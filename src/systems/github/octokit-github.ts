import { createApi, type GitHubOptions } from './api.ts'
import { askPermission } from './ask-permission.ts'
import { findStatus, writeStatus } from './commit-statuses.ts'
import { compareCommits } from './compare-commits.ts'
import { findDeployment, findUnfinished, setDeploymentState, startDeployment } from './deployments.ts'
import { explainGithubError } from './explain-github-error.ts'
import { findChecks } from './find-checks.ts'
import { findRun } from './find-run.ts'
import type { GitHub, NotWritten, Written } from './github.ts'
import { KnownChecks } from './known-checks.ts'
import { listRuns } from './list-runs.ts'
import { type DeploymentPlace, retireEarlier } from './retire-earlier.ts'
import { createRedactWrites } from './redact-writes.ts'
import { writeCheck } from './write-check.ts'

export type { GitHubOptions } from './api.ts'

/** The GitHub side of a run over `@octokit/rest`. */
export function createGitHub(options: GitHubOptions): GitHub {
  const api = createApi(options)
  const known = new KnownChecks(api)
  const { clock, pace } = api
  const redacted = createRedactWrites(options.redact)
  /** Of the deployments that this client has started. */
  const places = new Map<number, DeploymentPlace>()

  async function read<T>(doing: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (thrown) {
      if (signal.aborted) throw signal.reason
      throw explainGithubError(thrown, doing, clock.now())
    }
  }

  async function attempt(doing: string, signal: AbortSignal, write: () => Promise<void>): Promise<Written> {
    try {
      await write()
      return { written: true }
    } catch (thrown) {
      return notWritten(doing, thrown, signal)
    }
  }

  function notWritten(doing: string, thrown: unknown, signal: AbortSignal): NotWritten {
    const why = explainGithubError(signal.aborted ? signal.reason : thrown, doing, clock.now())
    const { code, message, next } = why
    const until = code === 'E_GITHUB_RATE_LIMITED' ? pace.limitedUntil : undefined
    return {
      written: false,
      code,
      reason: code === 'E_GITHUB_PERMISSION' ? `${message} ${next}` : message,
      refused: refusals.includes(code),
      ...(until === undefined ? {} : { until }),
    }
  }

  return {
    hurry() {
      pace.hurry()
    },
    writeStatus: (status, signal) =>
      attempt('The commit status was not written', signal, () =>
        writeStatus(api, redacted.status(status), signal),
      ),
    writeCheck: (check, signal) =>
      attempt(`The check run ${check.name} was not written`, signal, () =>
        writeCheck(api, known, redacted.check(check), signal),
      ),
    readStatus: (commit, context, signal) =>
      read('The commit status cannot be read', signal, () => findStatus(api, commit, context, signal)),
    findChecks: (commit, prefix, signal) =>
      read('The check runs of the commit cannot be read', signal, () =>
        findChecks(known, commit, prefix, signal),
      ),
    findRun: (id, attemptNumber, signal) =>
      read(`The workflow run ${id} cannot be read`, signal, () => findRun(api, id, attemptNumber, signal)),
    findDeployment: (commit, key, signal) =>
      read('The deployment cannot be found', signal, () => findDeployment(api, commit, key, signal)),
    listRuns: (workflowFile, signal) =>
      read('The runs of the workflow cannot be read', signal, () => listRuns(api, workflowFile, signal)),
    findUnfinished: (environment, keys, lookedAt, signal) =>
      read('The deployments cannot be read', signal, () =>
        findUnfinished(api, environment, keys, lookedAt, signal),
      ),
    async setDeploymentState(id, status, signal) {
      const written = await attempt('The state of the deployment was not written', signal, () =>
        setDeploymentState(api, id, redacted.deploymentStatus(status), signal),
      )
      if (!written.written || status.state !== 'success') return written
      const doing = 'Earlier deployments of the service are not shown as inactive'
      const retired = await attempt(doing, signal, () =>
        retireEarlier(api, id, places.get(id), status.logUrl, signal),
      )
      return retired.written ? written : { ...written, unfinished: retired.reason }
    },
    askPermission: (permission, subject, signal) => askPermission(api, permission, subject, signal),
    compareCommits: (base, head, signal) =>
      read('The commits cannot be compared', signal, () => compareCommits(api, base, head, signal)),
    async startDeployment(deployment, signal) {
      try {
        const id = await startDeployment(api, redacted.deployment(deployment), signal)
        places.set(id, deployment)
        return { written: true, id }
      } catch (thrown) {
        return notWritten('The deployment was not written', thrown, signal)
      }
    },
  }
}

/** What the same request would meet again. */
const refusals: readonly string[] = ['E_GITHUB_TOKEN', 'E_GITHUB_PERMISSION', 'E_GITHUB_NOT_FOUND']
