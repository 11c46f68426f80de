import type { Config, Configured } from '../../config/config.ts'
import { toStagegateError } from '../../errors/index.ts'
import type { PlannedStep, Stage, StageContext } from '../../pipeline/index.ts'
import type { AppliedObject, WrittenObject } from '../../systems/kubernetes/applied-object.ts'
import type { ImageOutput } from '../image/image.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'
import { fetchConfigs } from './configs/configs.ts'
import type { ActiveDeploySettings, Configs, Deployment } from './deployment.ts'
import { finalize } from './finalize/finalize.ts'
import { runPlaybook } from './infrastructure/infrastructure.ts'
import { applyManifests, type AppliedManifests } from './manifests/manifests.ts'
import { shareSet } from './manifests/deployment-set.ts'
import { holdLock } from './hold-lock.ts'
import { runMigration } from './migration/migration.ts'
import { checkPolicy } from './policy/policy.ts'
import { previewDeployment } from './preview.ts'
import { notRolledBack, rollBack } from './rollback/rollback.ts'
import { watchRollout } from './rollout/rollout.ts'
import { noSecrets, readSecrets } from './secrets/secrets.ts'
import { runSmokeTests } from './smoke/smoke.ts'
import { start } from './start/start.ts'

export interface DeployOutput {
  readonly environment: string
  readonly namespace: string
  readonly environmentUrl: string | undefined
  readonly configCommit: string
  readonly objects: readonly {
    readonly kind: string
    readonly name: string
    readonly change: AppliedObject['change']
  }[]
  readonly schemaVersion: string | undefined
}

/** How long a rollback may take, in milliseconds. */
const ROLLBACK_MS = 180_000

/** The deployment: steps 9 to 10 of the sequence, strictly in this order; a failure after the first write rolls back. */
export const deploy: Stage<Outputs, 'deploy', 'image', Config, Systems> = {
  id: 'deploy',
  needs: ['image'],
  ledger: false,
  plan(config) {
    const settings = config.deploy
    if (!settings.configured) return { run: false, reason: settings.reason }
    return {
      run: true,
      summary: `${config.service} to ${config.environment} (namespace ${settings.namespace})`,
      steps: planSteps(config, settings),
      async execute({ image }, context) {
        return runDeployment(config, settings, image, context)
      },
      preview({ image }, context) {
        return previewDeployment(config, settings, image, context)
      },
    }
  },
}

function planSteps(config: Config, settings: ActiveDeploySettings): readonly PlannedStep[] {
  const { configs } = settings
  const repository = configs.configured ? configs.repository : undefined
  const step = (id: string, each: Configured<unknown>, summary: string): PlannedStep =>
    each.configured
      ? { id, run: true, summary, source: each.source, critical: each.critical, timeoutMs: each.timeoutMs }
      : { id, run: false, reason: each.reason }
  const from =
    repository === undefined ? "the service's own commit" : `${repository.name} at ${repository.ref}`
  const { secrets, policy, infrastructure, manifests, rollout, migration, smoke } = settings
  const migrationStep = step(
    'migration',
    migration,
    migration.configured ? `${migration.tool} migrate (${migration.locations})` : '',
  )
  const before = migration.configured && migration.when === 'before-rollout'
  return [
    {
      id: 'start',
      run: true,
      summary: `lock of ${config.service} in ${settings.namespace}`,
      timeoutMs: settings.timeoutMs,
    },
    {
      id: 'configs',
      run: true,
      summary: from,
      timeoutMs: configs.configured ? configs.timeoutMs : settings.timeoutMs,
    },
    step('secrets', secrets, secrets.configured ? secrets.entries.map((each) => each.path).join(', ') : ''),
    step('policy', policy, policy.configured ? `${policy.tool} with ${policy.paths.join(', ')}` : ''),
    step(
      'infrastructure',
      infrastructure,
      infrastructure.configured ? `ansible-playbook ${infrastructure.playbook}` : '',
    ),
    ...(before ? [migrationStep] : []),
    step(
      'manifests',
      manifests,
      manifests.configured ? manifests.sources.map((each) => each.path).join(', ') : '',
    ),
    step('rollout', rollout, 'until every workload is stable'),
    ...(before ? [] : [migrationStep]),
    step('smoke', smoke, smoke.configured ? smoke.checks.map((each) => each.name).join(', ') : ''),
    { id: 'finalize', run: true, summary: 'record this set as the last good one', timeoutMs: 60_000 },
    settings.rollback === 'never'
      ? { id: 'rollback', run: false, reason: 'rollback is set to never' }
      : {
          id: 'rollback',
          run: true,
          summary: 'to the last good set, only after a failure',
          timeoutMs: ROLLBACK_MS,
        },
  ]
}

async function runDeployment(
  config: Config,
  settings: ActiveDeploySettings,
  image: ImageOutput,
  context: StageContext<Systems>,
): Promise<DeployOutput> {
  const deployment = await context.step('start', (step) =>
    start(config, settings, image, context.systems, step),
  )
  if (deployment === undefined) throw new Error('deploy.start is critical')
  const written: WrittenObject[] = []
  try {
    return await runSteps(deployment, written, context)
  } catch (thrown) {
    // A cancel rolls nothing back: whoever cancelled may want to look, and the time is too short.
    if (context.signal.aborted || written.every((each) => each.change === 'unchanged')) throw thrown
    const failure = toStagegateError(thrown)
    if (settings.rollback === 'never') throw notRolledBack(failure, written)
    throw (
      (await context.step('rollback', (step) => rollBack(deployment, { failure, written }, step))) ?? failure
    )
  } finally {
    for (const warning of await deployment.giveBack()) context.warn(warning)
  }
}

async function runSteps(
  deployment: Deployment,
  written: WrittenObject[],
  context: StageContext<Systems>,
): Promise<DeployOutput> {
  const { settings } = deployment
  const run = holdLock(context, deployment.lease)
  const configs = await run('configs', (step) => fetchConfigs(deployment, step))
  if (configs === undefined) throw new Error('deploy.configs is critical')
  const secrets = (await run('secrets', (step) => readSecrets(deployment, step))) ?? noSecrets
  const makeSet = shareSet(deployment, configs, secrets)
  // Before the first write, and before the playbook, which writes too.
  await run('policy', async (step) => {
    await checkPolicy(deployment, configs, (await makeSet(step.signal)).objects, step)
  })
  await run('infrastructure', (step) => runPlaybook(deployment, configs, step))
  const migrate = () => run('migration', (step) => runMigration(deployment, configs, secrets, step))
  const before = settings.migration.configured && settings.migration.when === 'before-rollout'
  let migrated = before ? await migrate() : undefined
  const sent = await run('manifests', (step) =>
    applyManifests(deployment, makeSet, step, (applied) => written.push(applied)),
  )
  await run('rollout', (step) => watchRollout(deployment, sent?.applied ?? [], step))
  if (!before) migrated = await migrate()
  await run('smoke', (step) => runSmokeTests(deployment, step))
  await run('finalize', (step) => finalize(deployment, sent?.manifests ?? [], step))
  return outputOf(deployment, configs, sent, migrated?.version)
}

function outputOf(
  { config, settings }: Deployment,
  configs: Configs,
  sent: AppliedManifests | undefined,
  schemaVersion: string | undefined,
): DeployOutput {
  return {
    environment: config.environment,
    namespace: settings.namespace,
    environmentUrl: settings.environmentUrl,
    configCommit: configs.commit,
    objects: (sent?.applied ?? []).map(({ object, change }) => ({
      kind: object.kind,
      name: object.metadata.name,
      change,
    })),
    schemaVersion,
  }
}
