import { answerList } from '../pagination.ts'
import type { Json } from '../json-schema.ts'
import { nodeId } from '../links.ts'
import { notFound } from '../refusal.ts'
import { renderUser } from '../render.ts'
import type { Deployment, DeploymentStatus } from '../repository.ts'
import { authorOf, idOf, type RepositoryCall, type RepositoryRoutes } from '../route.ts'
import { takeId } from '../state.ts'
import { assertDescription, findDeployment } from './deployments.ts'

interface CreateDeploymentStatus {
  readonly state: string
  readonly target_url?: string
  readonly log_url?: string
  readonly description?: string
  readonly environment?: string
  readonly environment_url?: string
  readonly auto_inactive?: boolean
}

export const deploymentStatusRoutes: RepositoryRoutes = {
  'repos/create-deployment-status': (call) => {
    const deployment = findDeployment(call)
    const body = call.body as unknown as CreateDeploymentStatus
    assertDescription('DeploymentStatus', body.description)
    const status = append(call, deployment, {
      state: body.state,
      description: body.description ?? '',
      environment: body.environment ?? deployment.environment,
      environmentUrl: body.environment_url ?? '',
      logUrl: body.log_url ?? body.target_url ?? '',
    })
    if (body.state === 'success' && body.auto_inactive !== false)
      retireOthers(call, deployment, status.environment)
    return { status: 201, body: renderStatus(call, deployment, status) }
  },

  'repos/list-deployment-statuses': (call) => {
    const deployment = findDeployment(call)
    return answerList(call, deployment.statuses.toReversed(), (status) =>
      renderStatus(call, deployment, status),
    )
  },

  'repos/get-deployment-status': (call) => {
    const deployment = findDeployment(call)
    const status = deployment.statuses.find(({ id }) => id === idOf(call, 'status_id'))
    if (status === undefined) throw notFound()
    return { status: 200, body: renderStatus(call, deployment, status) }
  },
}

/** `auto_inactive`: earlier, non-transient, non-production deployments to the environment that succeeded become inactive. */
function retireOthers(call: RepositoryCall, successful: Deployment, environment: string): void {
  for (const other of call.repository.deployments) {
    const last = other.statuses.at(-1)
    const earlier = other.id < successful.id && !other.transient && !other.production
    if (!earlier || other.environment !== environment || last?.state !== 'success') continue
    append(call, other, { ...last, state: 'inactive', description: '' })
  }
}

function append(
  call: RepositoryCall,
  deployment: Deployment,
  what: Pick<DeploymentStatus, 'state' | 'description' | 'environment' | 'environmentUrl' | 'logUrl'>,
): DeploymentStatus {
  const status = { ...what, id: takeId(call.state), creator: authorOf(call), createdAt: call.now }
  deployment.statuses.push(status)
  deployment.updatedAt = call.now
  return status
}

function renderStatus(call: RepositoryCall, deployment: Deployment, status: DeploymentStatus): Json {
  const deploymentUrl = call.links.repository(call.repository, `/deployments/${deployment.id}`)
  return {
    url: `${deploymentUrl}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: renderUser(call.links, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: deploymentUrl,
    repository_url: call.links.repository(call.repository),
  }
}
