import { join } from 'node:path'
import { stepsBuiltBefore, usesBuild } from '../config/built-before.ts'
import type { CommandSettings, Config, Configured } from '../config/config.ts'
import type { Decision, PlannedStage } from '../pipeline/index.ts'
import { isBuiltHere } from '../stages/build/built-here.ts'
import { stages } from '../stages/pipeline.ts'
import type { Systems } from '../stages/systems.ts'

type Plan<Of> = readonly PlannedStage<Of>[]

/**
 * The plan of a call that takes over the pass of the build, on a machine where nothing is built: what later stages need of
 * it in the workspace is made again, and nothing else of it. As every job on a new machine, and every job of the reusable
 * workflow, does.
 */
export async function makeBuildAgain<Of>(
  plan: Plan<Of>,
  config: Config,
  systems: Pick<Systems, 'git' | 'files'>,
  signal: AbortSignal,
): Promise<Plan<Of>> {
  const passed = plan.find((stage) => stage.id === 'build')
  const steps = stepsBuiltBefore(config)
  if (passed?.kind !== 'passed' || steps.length === 0) return plan
  const needing = await listNeeding(plan, config, systems.files)
  if (needing.length === 0 || (await isBuiltHere(config, systems, signal))) return plan
  const decision = stages.build.plan(withoutJudging(config, passed.entry.from)) as Decision<
    never,
    unknown,
    Of
  >
  if (!decision.run) return plan
  const verb = needing.length === 1 ? 'needs' : 'need'
  const reason = `${steps.join(' and ')} run again, because ${needing.join(' and ')} ${verb} what the build leaves, and this machine does not have it`
  return plan.map((stage) =>
    stage === passed ? { ...passed, again: { reason, steps: decision.steps, decision } } : stage,
  )
}

/** The stages that will run here and use what the build leaves. */
async function listNeeding<Of>(
  plan: Plan<Of>,
  config: Config,
  files: Systems['files'],
): Promise<readonly string[]> {
  const running = plan.filter((stage) => stage.kind === 'run').map(({ id }) => id)
  const needing = running.filter((id) => usesBuild(config, id))
  return running.includes('deploy') && (await lacksDeployFile(config, files))
    ? [...needing, 'deploy']
    : needing
}

/** Whether a file of the deployment that the configuration names is not in the commit: then the build makes it. */
async function lacksDeployFile({ deploy, workspace }: Config, files: Systems['files']): Promise<boolean> {
  if (!deploy.configured || (deploy.configs.configured && deploy.configs.repository !== undefined))
    return false
  const { manifests, infrastructure, policy, migration } = deploy
  const paths = [
    ...(manifests.configured ? manifests.sources.map(({ path }) => path) : []),
    ...(infrastructure.configured ? [infrastructure.playbook, infrastructure.inventory] : []),
    ...(policy.configured ? [...policy.paths, ...policy.data] : []),
    ...(migration.configured ? [migration.locations] : []),
  ]
  for (const path of paths)
    if (!/[*?[{]/.test(path) && !(await files.exists(join(workspace, path)))) return true
  return false
}

/** Lint and static analysis have passed, and leave nothing. */
function withoutJudging(config: Config, from: string): Config {
  const off: Configured<CommandSettings> = { configured: false, reason: `passed in ${from}` }
  return { ...config, build: { ...config.build, lint: off, analyze: off } }
}
