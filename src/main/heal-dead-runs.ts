import { posix } from 'node:path'
import type { Config } from '../config/config.ts'
import { StagegateError } from '../errors/index.ts'
import type { GitHub, ListedRun } from '../systems/github/github.ts'

/** Of so many dead runs the commit status is read, of so many deployments the state: each is a request of every run. */
const LOOKED_AT = 2
/** How a run ends that may have died; after any other end it has written its own. */
const DEAD = ['failure', 'cancelled', 'timed_out', 'stale']
const description = 'The run was ended before it had a result.'

export interface HealOptions {
  readonly github: GitHub
  readonly config: Config
  readonly signal: AbortSignal
  /** Writes to the log. */
  readonly say: (text: string) => void
}

/**
 * Makes an end of what earlier runs of the same workflow left open when they died with their machines, wherever they were:
 * commit statuses that still wait for them, and deployments of this service to the same environment. Only of runs that
 * GitHub itself calls over. One request where every earlier run has ended well; a service to others, so it never throws,
 * and says what it could not do.
 */
export async function healDeadRuns(options: HealOptions): Promise<void> {
  const { github, config, signal, say } = options
  const { workflowPath, id } = config.trigger.run
  if (workflowPath === undefined) return
  try {
    const runs = await github.listRuns(posix.basename(workflowPath), signal)
    const dead = runs.filter((run) => run.id !== id && DEAD.includes(run.conclusion ?? ''))
    if (dead.length === 0) return
    await healStatuses(dead, options)
    await healDeployments(dead, options)
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    if (signal.aborted) return
    const next = thrown.code === 'E_GITHUB_PERMISSION' ? ` ${thrown.next}` : ''
    say(`Whether an earlier run died and left something open is not known: ${thrown.message}${next}`)
  }
}

async function healStatuses(dead: readonly ListedRun[], options: HealOptions): Promise<void> {
  const { github, signal, config, say } = options
  const { trigger, statusContext: context } = config
  // This run has written its own status on its own commit already.
  const others = dead.filter(({ headCommit }) => headCommit !== trigger.headCommit)
  const newest = new Map(others.toReversed().map((run) => [run.headCommit, run]))
  for (const { headCommit: commit } of [...newest.values()].toReversed().slice(0, LOOKED_AT)) {
    const now = await github.readStatus(commit, context, signal)
    if (now?.state !== 'pending') continue
    const { targetUrl } = now
    const run = dead.find((each) =>
      targetUrl.includes(`/${trigger.repository}/actions/runs/${each.id}/attempts/`),
    )
    if (run === undefined) continue
    const status = { commit, context, state: 'error', description, targetUrl } as const
    const written = await github.writeStatus(status, signal)
    say(written.written ? `Run ${run.id} has died: its commit status is an error now.` : written.reason)
  }
}

async function healDeployments(dead: readonly ListedRun[], options: HealOptions): Promise<void> {
  const { github, signal, config, say } = options
  const { deploy, environment, service, trigger } = config
  if (!deploy.configured) return
  const keys = dead.flatMap(({ id, attempt }) =>
    Array.from({ length: attempt }, (_, index) => `${service}/${id}/${index + 1}`),
  )
  const left = await github.findUnfinished(environment, new Set(keys), LOOKED_AT, signal)
  for (const { id, key } of left) {
    const [, run = '', attempt = ''] = key.split('/')
    const logUrl = trigger.run.url.replace(/\/\d+\/attempts\/\d+$/, `/${run}/attempts/${attempt}`)
    const state = { state: 'error', description, logUrl, environmentUrl: undefined } as const
    const written = await github.setDeploymentState(id, state, signal)
    say(written.written ? `Run ${run} has died: its deployment is an error now.` : written.reason)
  }
}
