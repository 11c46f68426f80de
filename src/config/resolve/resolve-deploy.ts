import type { Config, Configured, DeploySettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { DeploymentDecision } from './decide-deployment.ts'
import type { TemplateValues } from './fill-template.ts'
import { resolveInfrastructure, resolveMigration } from './resolve-deploy-steps.ts'
import { resolveManifests, resolvePolicy } from './resolve-manifests.ts'
import { resolveSecrets } from './resolve-secrets.ts'
import { resolveSmoke } from './resolve-smoke.ts'
import { milliseconds, type Resolution } from './resolution.ts'

const { timeouts } = defaults

/** The deployment: as configured, else where there are manifests and a cluster. */
export function resolveDeploy(
  resolution: Resolution,
  image: Config['image'],
  decision: DeploymentDecision,
  values: TemplateValues,
): Configured<DeploySettings> {
  if (!decision.allowed) return { configured: false, reason: decision.reason }
  const settings = resolveSettings(resolution, values)
  const impossible = findObstacle(resolution, image, settings)
  if (impossible !== undefined) return { configured: false, reason: impossible }
  return {
    configured: true,
    source: resolution.values.deploy === undefined ? settingsSource(settings) : resolution.source('deploy'),
    critical: true,
    timeoutMs: milliseconds(undefined, timeouts.start),
    ...settings,
  }
}

function resolveSettings(resolution: Resolution, values: TemplateValues): DeploySettings {
  const { inputs } = resolution
  const { deploy } = resolution.values
  const manifests = resolveManifests(resolution)
  const environmentUrl = inputs.environmentUrl ?? deploy?.['environment-url']
  return {
    namespace: resolveNamespace(resolution),
    allowOlder: inputs.allowOlder,
    rollback: inputs.rollback,
    environmentUrl,
    configs: {
      configured: true,
      source: deploy?.configs === undefined ? 'default' : resolution.source('deploy', 'configs'),
      critical: true,
      timeoutMs: milliseconds(deploy?.configs?.timeout, timeouts.configs),
      repository:
        deploy?.configs === undefined
          ? undefined
          : {
              name: deploy.configs.repository,
              ref: deploy.configs.ref,
              path: deploy.configs.path ?? defaults.configsPath,
            },
    },
    secrets: resolveSecrets(resolution),
    infrastructure: resolveInfrastructure(resolution),
    manifests,
    policy: manifests.configured
      ? resolvePolicy(resolution)
      : { configured: false, reason: 'no manifests are applied' },
    rollout: manifests.configured
      ? {
          configured: true,
          source: deploy?.rollout === undefined ? 'default' : resolution.source('deploy', 'rollout'),
          critical: true,
          timeoutMs: milliseconds(deploy?.rollout?.timeout, timeouts.rollout),
          logs: deploy?.rollout?.logs ?? defaults.rolloutLogs,
        }
      : { configured: false, reason: 'no manifests are applied' },
    migration: resolveMigration(resolution),
    smoke: resolveSmoke(resolution, environmentUrl, values),
  }
}

/**
 * Why nothing is deployed, where only detection asked for it. Where the file asks for a deployment, or a login is
 * missing that only the user can give, it is an error: a run that was meant to deploy must not be green without it.
 */
function findObstacle(
  resolution: Resolution,
  image: Config['image'],
  settings: DeploySettings,
): string | undefined {
  const explicit = resolution.values.deploy !== undefined
  const { manifests, infrastructure, migration, smoke, secrets } = settings
  if (![manifests, infrastructure, migration, smoke].some((each) => each.configured)) {
    const reason = manifests.configured ? '' : manifests.reason
    return `there is nothing to deploy: manifests are ${reason}`
  }
  if (!image.configured) {
    if (explicit) resolution.refuse(['deploy'], `needs an image: ${image.reason}`)
    return `there is no image to deploy: ${image.reason}`
  }
  if (!resolution.asked('deploy')) return undefined
  const { cluster, vault, outsideEnvironment = false, awaitsVaultToken = false } = resolution.inputs
  if (cluster === undefined) {
    const text = 'neither kubernetes-server nor kubeconfig is set'
    if (!explicit) return text
    // The kubeconfig can be a secret of the environment, which the call that deploys has.
    if (!outsideEnvironment)
      resolution.refuseInput('kubernetes-server', `${resolution.source('deploy')} deploys, but ${text}`)
  }
  if (secrets.configured && vault === undefined && !(outsideEnvironment && awaitsVaultToken)) {
    resolution.refuseInput('vault-url', `${secrets.source} reads secrets, but there is no login to Vault`)
  }
  return undefined
}

function settingsSource(settings: DeploySettings): string {
  const { manifests, infrastructure } = settings
  return manifests.configured
    ? manifests.source
    : infrastructure.configured
      ? infrastructure.source
      : 'default'
}

/** The input, else the name of the environment, where it can be the name of a namespace. */
function resolveNamespace(resolution: Resolution): string {
  const { namespace, environment } = resolution.inputs
  const name = namespace ?? environment
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    resolution.refuseInput(
      'namespace',
      `is not set, and the environment ${JSON.stringify(environment)} cannot be the name of a namespace`,
    )
  }
  return name
}
