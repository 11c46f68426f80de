import { type LoadConfigOptions } from '../../config/load-config.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/index.ts'
import type { Job } from '../../handover/job.ts'
import { narrowConfig, withShard } from '../../handover/narrow-config.ts'

type Options = LoadConfigOptions & {
  readonly inputs: { readonly shard: string | undefined; readonly configsToken: string | undefined }
}

/** The configuration as the call needs it: whole, or what one job of the reusable workflow runs of it. */
export async function loadJobConfig(job: Job | undefined, options: Options): Promise<Config> {
  const { inputs } = options
  if (job === undefined) return withShard(await loadConfig(options), inputs.shard)
  // Preflight tries what all jobs need.
  const outsideEnvironment = job.id === 'preflight'
  const stages = outsideEnvironment ? undefined : job.stages
  const config = await loadConfig({ ...options, inputs: { ...inputs, stages, outsideEnvironment } })
  const narrow = withShard(narrowConfig(config, job), inputs.shard)
  if (!outsideEnvironment) return narrow
  return { ...narrow, selection: { ...narrow.selection, unknownHere: listUnknown(inputs) } }
}

/** What needs a secret that this call has not got; the environment of the job deploy may have it. */
function listUnknown(inputs: Options['inputs']): NonNullable<Config['selection']['unknownHere']> {
  return [
    ...(inputs.cluster === undefined ? (['cluster'] as const) : []),
    ...(inputs.vault === undefined ? (['vault'] as const) : []),
    ...(inputs.configsToken === undefined ? (['configs'] as const) : []),
  ]
}
