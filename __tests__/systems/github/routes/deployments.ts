import { answerCounted, answerList } from '../pagination.ts'
import type { Json } from '../json-schema.ts'
import { assertCharacters } from '../limits.ts'
import { nodeId } from '../links.ts'
import { notFound, Refusal } from '../refusal.ts'
import { renderUser } from '../render.ts'
import type { Deployment, Environment } from '../repository.ts'
import { authorOf, idOf, type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'
import { takeId } from '../state.ts'
import { latestStatuses } from './statuses.ts'

interface CreateDeployment {
  readonly ref: string
  readonly task?: string
  readonly auto_merge?: boolean
  readonly required_contexts?: readonly string[]
  readonly payload?: Json | string
  readonly environment?: string
  readonly description?: string | null
  readonly transient_environment?: boolean
  readonly production_environment?: boolean
}

export const deploymentRoutes: RepositoryRoutes = {
  'repos/create-deployment': async (call) => {
    const body = call.body as unknown as CreateDeployment
    const sha = await call.git.resolve(body.ref)
    if (sha === undefined) {
      throw new Refusal(422, `No ref found for: ${body.ref}`)
    }
    assertDescription('Deployment', body.description)
    assertContexts(call, body, sha)
    await assertMerged(call, body, sha)
    const environment = body.environment ?? 'production'
    const deployment: Deployment = {
      id: takeId(call.state),
      sha,
      ref: body.ref,
      task: body.task ?? 'deploy',
      payload: body.payload ?? {},
      environment,
      transient: body.transient_environment ?? false,
      production: body.production_environment ?? environment === 'production',
      description: body.description ?? null,
      creator: authorOf(call),
      createdAt: call.now,
      updatedAt: call.now,
      statuses: [],
    }
    call.repository.deployments.unshift(deployment)
    ensureEnvironment(call, environment)
    return { status: 201, body: renderDeployment(call, deployment) }
  },

  'repos/list-deployments': (call) => {
    const matches = (deployment: Deployment): boolean =>
      (['sha', 'ref', 'task', 'environment'] as const).every((name) => {
        const wanted = call.parameters[name]
        return wanted === undefined || wanted === 'none' || deployment[name] === wanted
      })
    return answerList(call, call.repository.deployments.filter(matches), (item) =>
      renderDeployment(call, item),
    )
  },

  'repos/get-deployment': (call) => ({ status: 200, body: renderDeployment(call, findDeployment(call)) }),

  'repos/get-environment': (call) => {
    const name = textOf(call, 'environment_name')
    const found = call.repository.environments.find((environment) => environment.name === name)
    if (found === undefined) throw notFound()
    return { status: 200, body: renderEnvironment(call, found) }
  },

  'repos/get-all-environments': (call) =>
    answerCounted(call, 'environments', call.repository.environments, (item) =>
      renderEnvironment(call, item),
    ),
}

export function findDeployment(call: RepositoryCall): Deployment {
  const found = call.repository.deployments.find(({ id }) => id === idOf(call, 'deployment_id'))
  if (found === undefined) throw notFound()
  return found
}

/** Both deployments and their statuses take at most 140 characters of description. */
export function assertDescription(resource: string, description: string | null | undefined): void {
  assertCharacters(resource, 'description', description, 140)
}

/**
 * Unless `required_contexts` names them, every status and check of the commit has to have succeeded, the deployer's
 * own pending one too: the trap that makes `required_contexts: []` necessary.
 */
function assertContexts(call: RepositoryCall, body: CreateDeployment, sha: string): void {
  const contexts = new Map(
    latestStatuses(call.repository, sha).map(({ context, state }) => [context, state as string]),
  )
  for (const run of call.repository.checkRuns.filter(({ headSha }) => headSha === sha).reverse()) {
    contexts.set(run.name, run.conclusion ?? 'pending')
  }
  const required = body.required_contexts ?? [...contexts.keys()]
  const passed = ['success', 'neutral', 'skipped']
  const missing = required.filter((context) => !passed.includes(contexts.get(context) ?? 'pending'))
  if (missing.length === 0) return
  throw new Refusal(409, `Conflict: Commit status checks failed for ${body.ref}.`, {
    errors: missing.map((context) => ({
      resource: 'Deployment',
      field: 'required_contexts',
      code: 'invalid',
      message: context,
    })),
  })
}

/** A branch behind the default branch would be merged into; this server does not write to Git and calls it a conflict. */
async function assertMerged(call: RepositoryCall, body: CreateDeployment, sha: string): Promise<void> {
  const { gitDir, defaultBranch } = call.repository
  if (body.auto_merge === false || gitDir === null || /^[0-9a-f]{40}$/.test(body.ref)) return
  const tip = await call.git.resolve(defaultBranch)
  if (tip === undefined || (await call.git.divergence(tip, sha)).left === 0) return
  throw new Refusal(409, `Conflict merging ${defaultBranch} into ${body.ref}`)
}

function ensureEnvironment(call: RepositoryCall, name: string): void {
  if (call.repository.environments.some((environment) => environment.name === name)) return
  call.repository.environments.push({ id: takeId(call.state), name, createdAt: call.now })
}

function renderDeployment(call: RepositoryCall, deployment: Deployment): Json {
  const url = call.links.repository(call.repository, `/deployments/${deployment.id}`)
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: renderUser(call.links, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: call.links.repository(call.repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
  }
}

function renderEnvironment(call: RepositoryCall, environment: Environment): Json {
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name: environment.name,
    url: call.links.repository(call.repository, `/environments/${encodeURIComponent(environment.name)}`),
    html_url: call.links.html(
      call.repository,
      `/deployments/activity_log?environments_filter=${environment.id}`,
    ),
    created_at: environment.createdAt,
    updated_at: environment.createdAt,
    protection_rules: [],
    deployment_branch_policy: null,
  }
}
