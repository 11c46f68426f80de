import type { Config } from '../config/config.ts'
import { StagegateError } from '../errors/index.ts'
import type { GitHub, Written } from '../systems/github/github.ts'

const description = 'The run was ended before it had a result.'

/**
 * Makes an end of what an earlier run left `in_progress` when it died with its machine: its deployment to the same
 * environment, and the commit status that still waits for it. Only of a run that GitHub itself calls over; where that
 * cannot be read, nothing is touched.
 */
export async function healDeadRun(
  github: GitHub,
  { service, trigger, deploy, statusContext }: Config,
  ownKey: string,
  signal: AbortSignal,
): Promise<Written> {
  if (!deploy.configured) return { written: true }
  try {
    const left = await github.findUnfinished(deploy.environment, ownKey, signal)
    const [, run, attempt] = /^[^/]+\/(\d+)\/(\d+)$/.exec(left?.key ?? '') ?? []
    if (left === undefined || run === undefined || !left.key.startsWith(`${service}/`))
      return { written: true }
    if ((await github.findRun(run, Number(attempt), signal))?.isOver !== true) return { written: true }

    const now = await github.readStatus(left.commit, statusContext, signal)
    const own = `${trigger.repository}/actions/runs/${run}/attempts/${attempt}`
    const targetUrl = now?.targetUrl ?? ''
    if (now?.state === 'pending' && targetUrl.endsWith(own)) {
      const status = {
        commit: left.commit,
        state: 'error',
        context: statusContext,
        description,
        targetUrl,
      } as const
      const written = await github.writeStatus(status, signal)
      if (!written.written) return written
    }
    const logUrl = trigger.run.url.replace(/\/\d+\/attempts\/\d+$/, `/${run}/attempts/${attempt}`)
    const state = { state: 'error', description, logUrl, environmentUrl: undefined } as const
    return await github.setDeploymentState(left.id, state, signal)
  } catch (thrown) {
    // It is a service to an earlier run: what cannot be looked at is left to the next one.
    if (thrown instanceof StagegateError) return { written: true }
    throw thrown
  }
}
