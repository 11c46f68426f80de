import { RequestError } from '@octokit/request-error'
import type { Clock } from '../clock/clock.ts'
import { type Api, idOf } from './api.ts'
import { DESCRIPTION_LIMIT } from './commit-statuses.ts'
import { createByKey } from './create-by-key.ts'
import { untilVisible } from './until-visible.ts'
import type { DeploymentStart, DeploymentStatus, StoredDeployment, UnfinishedDeployment } from './github.ts'
import { cut } from '../../text/index.ts'

/** The wait after a conflict, in milliseconds. */
const CONFLICT_WAIT_MS = 1_000

/** Creates a deployment, or finds the one that this run and attempt created before. Its id. */
export async function startDeployment(
  api: Api,
  { commit, environment, description, key }: DeploymentStart,
  signal: AbortSignal,
): Promise<number> {
  const { rest, at } = api
  return createByKey(
    async () => {
      const body = {
        ...at,
        ref: commit,
        environment,
        description: cut(description, DESCRIPTION_LIMIT),
        // Without these GitHub would merge the default branch, or wait for our own pending status.
        auto_merge: false,
        required_contexts: [],
        payload: { stagegate: key },
        request: { signal },
      }
      const { data } = await despiteConflict(() => rest.repos.createDeployment(body), api.clock, signal)
      return idOf(data)
    },
    () => findId(api, commit, key, signal),
    api.clock,
    signal,
  )
}

/** The deployment of a commit that one run and attempt created, or undefined. */
export async function findDeployment(
  api: Api,
  commit: string,
  key: string,
  signal: AbortSignal,
): Promise<StoredDeployment | undefined> {
  const id = await findId(api, commit, key, signal)
  return id === undefined ? undefined : { id, isEnded: await isEnded(api, id, signal) }
}

async function findId(
  { rest, at }: Api,
  commit: string,
  key: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { data } = await rest.repos.listDeployments({
    ...at,
    sha: commit,
    per_page: 100,
    request: { signal },
  })
  return data.find((each) => keyOf(each.payload) === key)?.id
}

/** States in which a deployment has an end. */
const ENDED = ['success', 'failure', 'error', 'inactive']

/** Deployments to an environment with one of these keys that have no end yet, the newest first. */
export async function findUnfinished(
  { rest, at }: Api,
  environment: string,
  keys: ReadonlySet<string>,
  lookedAt: number,
  signal: AbortSignal,
): Promise<readonly UnfinishedDeployment[]> {
  const { data } = await rest.repos.listDeployments({
    ...at,
    environment,
    per_page: 30,
    request: { signal },
  })
  const found: UnfinishedDeployment[] = []
  const ours = data.map(({ id, payload }) => ({ id, key: keyOf(payload) ?? '' }))
  for (const each of ours.filter(({ key }) => keys.has(key)).slice(0, lookedAt)) {
    if (!(await isEnded({ rest, at }, each.id, signal))) found.push(each)
  }
  return found
}

async function isEnded(
  { rest, at }: Pick<Api, 'rest' | 'at'>,
  id: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { data } = await rest.repos.listDeploymentStatuses({
    ...at,
    ...{ deployment_id: id, per_page: 1 },
    request: { signal },
  })
  return ENDED.includes(data[0]?.state ?? '')
}

export async function setDeploymentState(
  api: Api,
  id: number,
  status: DeploymentStatus,
  signal: AbortSignal,
): Promise<void> {
  const { rest, at } = api
  const deployment = { ...at, deployment_id: id, request: { signal } }
  const description = cut(status.description, DESCRIPTION_LIMIT)
  await createByKey(
    async () => {
      const body = {
        state: status.state,
        description,
        log_url: status.logUrl,
        ...(status.environmentUrl === undefined ? {} : { environment_url: status.environmentUrl }),
        // Without it a success retires every earlier deployment to the environment, those of other services too.
        auto_inactive: false,
      }
      const write = () => rest.repos.createDeploymentStatus({ ...deployment, ...body })
      await untilVisible(write, api.clock, signal)
      return true
    },
    async () => {
      const { data } = await rest.repos.listDeploymentStatuses({ ...deployment, per_page: 1 })
      return data[0]?.state === status.state && data[0].description === description ? true : undefined
    },
    api.clock,
    signal,
  )
}

/** The key in a deployment's payload (`SERVICE/RUN/ATTEMPT`), which GitHub gives back as an object or as text. */
export function keyOf(payload: unknown): string | undefined {
  try {
    const value: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload
    return (value as { stagegate?: string } | null)?.stagegate
  } catch {
    return undefined
  }
}

/** A conflict with what somebody else does to the commit's refs at the same time: once more, then it stays. Class C. */
async function despiteConflict<T>(act: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    if (!(thrown instanceof RequestError && thrown.status === 409) || signal.aborted) throw thrown
    await clock.sleep(CONFLICT_WAIT_MS, signal)
    return act()
  }
}
