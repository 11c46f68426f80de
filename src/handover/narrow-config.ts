import type { Config, Configured } from '../config/config.ts'
import type { Job } from './job.ts'

/**
 * The configuration as one job sees it: steps that it does not run are not configured, its tests know their shard, its
 * image has one platform. The digest stays the one of the whole. Pure.
 */
export function narrowConfig(
  config: Config,
  job: Job,
  inputs: { readonly shard: string | undefined },
): Config {
  const only = <Settings>(
    stage: string,
    step: string,
    settings: Configured<Settings>,
  ): Configured<Settings> => {
    const steps = job.steps.get(stage)
    if (!settings.configured || steps === undefined || steps.has(step)) return settings
    return { configured: false, reason: 'another job runs it' }
  }
  const { build, test, scan, image } = config
  return {
    ...config,
    selection: {
      stages: job.id === 'preflight' ? undefined : job.stages,
      from: job.id === 'preflight' ? config.selection.from : 'start',
      ...(job.id === 'preflight' ? {} : { gates: 'jobs' as const }),
    },
    build: {
      prepare: only('build', 'prepare', build.prepare),
      compile: only('build', 'compile', build.compile),
      lint: only('build', 'lint', build.lint),
      analyze: only('build', 'analyze', build.analyze),
    },
    test: {
      unit: inShard(only('test', 'unit', test.unit), inputs.shard),
      integration: inShard(only('test', 'integration', test.integration), inputs.shard),
    },
    scan: {
      ...scan,
      sast: only('scan', 'sast', scan.sast),
      dast: only('scan', 'dast', scan.dast),
      dependencies: only('scan', 'dependencies', scan.dependencies),
      secrets: only('scan', 'secrets', scan.secrets),
      config: only('scan', 'config', scan.config),
    },
    image:
      image.configured && job.id === 'image-build'
        ? { ...image, part: 'build', platforms: job.part === '' ? image.platforms : [job.part] }
        : image.configured && job.id === 'image-push'
          ? { ...image, part: 'push' }
          : image,
  }
}

type TestStep = Config['test']['unit']

/** Test runners take `--shard=$SHARD`; without shards it is the whole, 1/1. */
function inShard(settings: TestStep, shard: string | undefined): TestStep {
  if (!settings.configured) return settings
  const [index = '1', total = '1'] = (shard ?? '1/1').split('/')
  return {
    ...settings,
    env: { SHARD: `${index}/${total}`, SHARD_INDEX: index, SHARD_TOTAL: total, ...settings.env },
  }
}
