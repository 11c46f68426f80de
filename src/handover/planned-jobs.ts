import { z } from 'zod'
import { stepsBuiltBefore, usesBuild } from '../config/built-before.ts'
import type { Config } from '../config/config.ts'
import { StagegateError } from '../errors/index.ts'
import type { PlannedStage } from '../pipeline/index.ts'

/** A matrix of the reusable workflow has at most so many legs: each has an output of its own in the workflow's file. */
export const MAX_LEGS = 8

const run = z.enum(['run', 'passed', 'none'])

const schema = z.strictObject({
  version: z.literal(1),
  build: run,
  test: run,
  scan: run,
  image: run,
  deploy: z.enum(['run', 'none']),
  /** What the job test runs, before it the parts of the build that it needs. */
  tests: z.string(),
  shards: z.array(z.string()),
  scans: z.array(z.strictObject({ scanner: z.string(), stages: z.string() })),
  /** What each job image-build runs. */
  images: z.string(),
  platforms: z.array(z.string()),
  /** What earlier runs have left, believed by preflight. */
  passed: z.record(z.string(), z.strictObject({ output: z.unknown(), from: z.string() })),
})

/** What preflight tells the other jobs by its output `jobs`: which of them run, and as how many. */
export type PlannedJobs = z.infer<typeof schema>

const stageNames = ['build', 'test', 'scan', 'image'] as const

/**
 * Which jobs run, from the plan of the whole pipeline. Pure.
 *
 * @param shards how many jobs the tests are spread over
 * @throws StagegateError what closes a gate; E_INPUT_INVALID for a matrix that is too large
 */
export function planJobs(plan: readonly PlannedStage<never>[], config: Config, shards: number): PlannedJobs {
  for (const stage of plan) if (stage.kind === 'closed') throw stage.error
  const of = (id: string) => plan.find((stage) => stage.id === id)
  const decide = (id: string): z.infer<typeof run> => {
    const stage = of(id)
    if (stage?.kind === 'passed') return 'passed'
    return stage?.kind === 'run' ? 'run' : 'none'
  }
  const built = stepsBuiltBefore(config).map((step) => `build.${step}`)
  // Each job has a machine of its own, on which nothing is built yet.
  const wordsOf = (stage: string, word: string, scanner?: string): string =>
    [...(usesBuild(config, stage, scanner) ? built : []), word].join(', ')
  const scan = of('scan')
  const scanners = scan?.kind === 'run' ? scan.steps.filter((step) => step.run).map((step) => step.id) : []
  const platforms = config.image.configured ? config.image.platforms : []
  const jobs: PlannedJobs = {
    version: 1,
    build: decide('build'),
    test: decide('test'),
    scan: decide('scan'),
    image: decide('image'),
    deploy: of('deploy')?.kind === 'run' ? 'run' : 'none',
    tests: wordsOf('test', 'test'),
    shards: Array.from({ length: shards }, (_, index) => `${index + 1}/${shards}`),
    scans: scanners.map((scanner) => ({
      scanner,
      stages: wordsOf('scan', `scan.${scanner}`, scanner),
    })),
    images: wordsOf('image', 'image.build'),
    platforms: [...platforms],
    passed: Object.fromEntries(
      stageNames.flatMap((id) => {
        const stage = of(id)
        return stage?.kind === 'passed' ? [[id, stage.entry]] : []
      }),
    ),
  }
  for (const [name, legs] of Object.entries({ shards: jobs.shards, platforms: jobs.platforms })) {
    if (legs.length > MAX_LEGS) {
      throw new StagegateError('E_INPUT_INVALID', {
        message: `${legs.length} ${name} are too many for the reusable workflow: at most ${MAX_LEGS}.`,
      })
    }
  }
  return jobs
}

/** @throws StagegateError E_HANDOVER_MISSING, E_HANDOVER_INVALID */
export function parsePlannedJobs(text: string | undefined): PlannedJobs {
  if (text === undefined || text === '') {
    throw new StagegateError('E_HANDOVER_MISSING', {
      message: 'The output jobs of the job preflight is empty: it does not say which jobs run.',
      evidence: [
        "GitHub's runner leaves out an output that contains a secret, or one line of a secret: the log of preflight then has \"Skip output 'jobs' since it may contain secret\".",
      ],
      state: 'Nothing was pushed or deployed by this job.',
      next: 'Look for "Skip output \'jobs\'" in the log of preflight. If it is there, store the secret as one line without white space, such as minified JSON or base64: every line of a secret is masked, `{` and `}` too. If not, rerun preflight.',
    })
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new StagegateError('E_HANDOVER_INVALID', {
      message: 'The output jobs of the job preflight is not as it writes it.',
      cause,
    })
  }
}
