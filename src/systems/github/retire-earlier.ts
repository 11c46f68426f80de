import type { Api } from './api.ts'
import { keyOf, setDeploymentState } from './deployments.ts'

/** The states of so many earlier deployments are asked for at most. */
const LOOKED_AT = 4

/** Where a deployment goes, and whose it is. */
export interface DeploymentPlace {
  readonly environment: string
  /** `SERVICE/RUN/ATTEMPT` */
  readonly key: string
}

/**
 * Makes inactive what the same service had in the environment before a deployment that succeeded: what GitHub itself does,
 * but only by the name of the environment, so that services of one repository would retire each other. As with GitHub,
 * production and transient environments are left alone. Two requests where nothing is to be retired.
 *
 * @param place undefined: asked for first
 */
export async function retireEarlier(
  api: Api,
  id: number,
  place: DeploymentPlace | undefined,
  logUrl: string,
  signal: AbortSignal,
): Promise<void> {
  const { rest, at } = api
  const { environment, key } = place ?? (await readPlace(api, id, signal))
  const service = serviceOf(key)
  if (service === undefined) return
  const { data } = await rest.repos.listDeployments({
    ...{ ...at, environment, per_page: 100 },
    request: { signal },
  })
  const earlier = data.filter(
    (each) =>
      each.id < id &&
      serviceOf(keyOf(each.payload)) === service &&
      each.production_environment !== true &&
      each.transient_environment !== true,
  )
  for (const each of earlier.slice(0, LOOKED_AT)) {
    const state = await readState(api, each.id, signal)
    // The one that it took the place of has retired those before it.
    if (state === 'inactive') return
    if (state !== 'success') continue
    const description = `A newer deployment of ${service} has taken its place.`
    const retired = { state: 'inactive', description, logUrl, environmentUrl: undefined } as const
    await setDeploymentState(api, each.id, retired, signal)
  }
}

async function readPlace({ rest, at }: Api, id: number, signal: AbortSignal): Promise<DeploymentPlace> {
  const { data } = await rest.repos.getDeployment({ ...at, deployment_id: id, request: { signal } })
  return { environment: data.environment, key: keyOf(data.payload) ?? '' }
}

async function readState({ rest, at }: Api, id: number, signal: AbortSignal): Promise<string | undefined> {
  const { data } = await rest.repos.listDeploymentStatuses({
    ...{ ...at, deployment_id: id, per_page: 1 },
    request: { signal },
  })
  return data[0]?.state
}

/** Undefined where it is no key of ours. */
function serviceOf(key: string | undefined): string | undefined {
  return /^(.+)\/\d+\/\d+$/.exec(key ?? '')?.[1]
}
