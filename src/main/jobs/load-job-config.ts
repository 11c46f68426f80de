import { type LoadConfigOptions } from '../../config/load-config.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/index.ts'
import type { Job } from '../../handover/job.ts'
import { narrowConfig, withShard } from '../../handover/narrow-config.ts'

type Options = LoadConfigOptions & { readonly inputs: { readonly shard: string | undefined } }

/** The configuration as the call needs it: whole, or what one job of the reusable workflow runs of it. */
export async function loadJobConfig(job: Job | undefined, options: Options): Promise<Config> {
  const { inputs } = options
  if (job === undefined) return withShard(await loadConfig(options), inputs.shard)
  // Preflight tries what all jobs need.
  const stages = job.id === 'preflight' ? undefined : job.stages
  const config = await loadConfig({ ...options, inputs: { ...inputs, stages } })
  return withShard(narrowConfig(config, job), inputs.shard)
}
