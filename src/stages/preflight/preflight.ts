import type { Config } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { PlannedStep, Stage, StepContext } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import { settleAll } from '../settle.ts'
import type { Systems } from '../systems.ts'
import { neededAccess } from './needed-access.ts'

export interface PreflightOutput {
  readonly checked: readonly string[]
}

const MINUTE = 60_000

/**
 * Tries what later stages need (push rights, Vault login, cluster access) and gives it back, before any of the commit's
 * code runs: a missing right is found in the first seconds, not after the long build.
 */
export const preflight: Stage<Outputs, 'preflight', never, Config, Systems> = {
  id: 'preflight',
  needs: [],
  attendance: 'every-call',
  ledger: false,
  plan(config) {
    const steps = planChecks(config)
    return {
      run: true,
      summary: 'try what later stages need, and give it back',
      steps,
      async execute(_needs, { systems, step }) {
        await settleAll([
          step('registry', (each) => checkRegistry(config, systems, each)),
          step('vault', (each) => checkVault(systems, each)),
          step('cluster', (each) => checkCluster(config, systems, each)),
        ])
        return { checked: steps.filter((each) => each.run).map((each) => each.id) }
      },
    }
  },
}

function planChecks(config: Config): readonly PlannedStep[] {
  const asked = (stage: string): boolean => config.selection.stages?.includes(stage) ?? true
  const { image, deploy } = config
  const skip = (id: string, reason: string): PlannedStep => ({ id, run: false, reason })
  const check = (id: string, summary: string): PlannedStep => ({ id, run: true, summary, timeoutMs: MINUTE })
  return [
    !image.configured
      ? skip('registry', image.reason)
      : asked('image')
        ? check('registry', `may this login push to ${image.repository}?`)
        : skip('registry', 'this call builds no image'),
    !deploy.configured
      ? skip('vault', deploy.reason)
      : !asked('deploy')
        ? skip('vault', 'this call does not deploy')
        : deploy.secrets.configured
          ? check('vault', 'does Vault accept the login?')
          : skip('vault', deploy.secrets.reason),
    !deploy.configured
      ? skip('cluster', deploy.reason)
      : asked('deploy')
        ? check('cluster', `may this login deploy to namespace ${deploy.namespace}?`)
        : skip('cluster', 'this call does not deploy'),
  ]
}

async function checkRegistry(config: Config, systems: Systems, step: StepContext): Promise<void> {
  if (!config.image.configured) return
  const docker = await systems.docker()
  const registry = await systems.registry()
  const [{ buildx }] = await settleAll([
    docker.check(step.signal),
    registry.checkPush(config.image.repository, step.signal),
  ])
  step.fact('buildx', buildx)
  step.log.info(`${config.image.repository}: this login may push. buildx ${buildx} answers.`)
}

async function checkVault(systems: Systems, step: StepContext): Promise<void> {
  const vault = await systems.vault()
  const session = await vault.open(step.signal)
  const { revoked, warning } = await session.close(step.signal)
  step.log.info(`Vault accepts the login; it was ${revoked ? 'given back' : 'not given back'}.`)
  if (warning !== undefined) step.log.warn(warning)
}

async function checkCluster(config: Config, systems: Systems, step: StepContext): Promise<void> {
  if (!config.deploy.configured) return
  const { namespace } = config.deploy
  const kubernetes = await systems.kubernetes()
  const cluster = await kubernetes.connect(step.signal)
  const [version, lacked] = await settleAll([
    cluster.version(step.signal),
    cluster.lackedAccess(neededAccess(config.deploy), step.signal),
  ])
  step.fact('version', version)
  if (lacked.length > 0) {
    throw new StagegateError('E_KUBE_FORBIDDEN', {
      message: `The login lacks ${lacked.length} of the rights that a deployment to ${namespace} needs.`,
      evidence: lacked,
      state: 'Nothing was built or deployed.',
    })
  }
  step.log.info(
    `Kubernetes ${version} accepts the login, with every right that namespace ${namespace} needs.`,
  )
}
