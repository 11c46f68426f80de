import type { Config, Configured } from '../config/config.ts'
import type { Job } from './job.ts'

/**
 * The configuration as one job sees it: steps that it does not run are not configured, its
 * image has one platform. The digest stays the one of the whole. Pure.
 */
export function narrowConfig(config: Config, job: Job): Config {
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
      ...(config.selection.noLedger === true ? { noLedger: true as const } : {}),
      ...(job.id === 'preflight' ? { outsideEnvironment: true } : { gates: 'jobs' as const }),
    },
    build: {
      prepare: only('build', 'prepare', build.prepare),
      compile: only('build', 'compile', build.compile),
      lint: only('build', 'lint', build.lint),
      analyze: only('build', 'analyze', build.analyze),
    },
    test: {
      unit: only('test', 'unit', test.unit),
      integration: only('test', 'integration', test.integration),
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

/**
 * The configuration with tests that know which part of them to run: test runners take `--shard=$SHARD`. Without shards it
 * is the whole, 1/1. Pure.
 */
export function withShard(config: Config, shard: string | undefined): Config {
  const { unit, integration } = config.test
  return { ...config, test: { unit: inShard(unit, shard), integration: inShard(integration, shard) } }
}

function inShard(settings: TestStep, shard: string | undefined): TestStep {
  if (!settings.configured) return settings
  const [index = '1', total = '1'] = (shard ?? '1/1').split('/')
  return {
    ...settings,
    env: { SHARD: `${index}/${total}`, SHARD_INDEX: index, SHARD_TOTAL: total, ...settings.env },
  }
}
