import { StagegateError } from '../errors/index.ts'

/** The jobs of the reusable workflow, in the order of its file. */
export const jobIds = [
  'preflight',
  'build',
  'test',
  'scan',
  'image-build',
  'image-push',
  'deploy',
  'report',
] as const
export type JobId = (typeof jobIds)[number]

/** The jobs that each one waits for, as in the workflow's file. */
export const jobNeeds: Readonly<Record<JobId, readonly JobId[]>> = {
  preflight: [],
  build: ['preflight'],
  test: ['preflight'],
  scan: ['preflight'],
  'image-build': ['preflight'],
  'image-push': ['preflight', 'build', 'test', 'scan', 'image-build'],
  deploy: ['preflight', 'build', 'test', 'scan', 'image-push'],
  report: ['preflight', 'build', 'test', 'scan', 'image-build', 'image-push', 'deploy'],
}

/** One call of the action as a job of the reusable workflow. */
export interface Job {
  readonly id: JobId
  /**
   * Whether it runs none of the commit's code, and so holds credentials: only such a job writes to GitHub, and only from
   * outside what the others hand over does it learn anything of them.
   */
  readonly trusted: boolean
  /** The stages that it runs. */
  readonly stages: readonly string[]
  /** Of a stage that it does not run whole: the steps that it runs. */
  readonly steps: ReadonlyMap<string, ReadonlySet<string>>
  /** Which of the matrix it is: a shard, a scanner, a platform. Empty for a job without matrix. */
  readonly part: string
}

/** What each job may be asked to run. A job that needs what the build makes builds it again, and reports its own stage. */
const allowed: Readonly<
  Record<JobId, { readonly stage: string; readonly words: RegExp; readonly trusted: boolean }>
> = {
  preflight: { stage: 'preflight', words: /^preflight$/, trusted: true },
  build: { stage: 'build', words: /^build$/, trusted: false },
  test: { stage: 'test', words: /^(?:build\.(?:prepare|compile)|test(?:\.\w+)?)$/, trusted: false },
  scan: { stage: 'scan', words: /^(?:build\.(?:prepare|compile)|scan\.\w+)$/, trusted: false },
  'image-build': { stage: 'image', words: /^(?:build\.(?:prepare|compile)|image\.build)$/, trusted: false },
  'image-push': { stage: 'image', words: /^image\.push$/, trusted: true },
  deploy: { stage: 'deploy', words: /^deploy$/, trusted: true },
  report: { stage: 'report', words: /^report$/, trusted: true },
}

/** The stage that a job is for. */
export function stageOf(job: JobId): string {
  return allowed[job].stage
}

/**
 * Which job a call is, by the words of its input `stages`: `build.prepare, build.compile, test` is a job `test`. A call
 * that mixes code of the commit with credentials is none. Pure.
 *
 * @throws StagegateError E_JOB_INVALID
 */
export function decideJob(
  words: readonly string[] | undefined,
  { shard, platform }: { readonly shard: string | undefined; readonly platform: string | undefined },
): Job {
  const asked = words ?? []
  const last = asked.at(-1) ?? ''
  const id = jobIds.find(
    (each) => allowed[each].words.test(last) && allowed[each].stage === last.split('.')[0],
  )
  if (id === undefined || !asked.every((word) => allowed[id].words.test(word))) {
    throw new StagegateError('E_JOB_INVALID', {
      message: `With the input needs, stages ${JSON.stringify(asked.join(', '))} is no job of the reusable workflow.`,
      state: 'Nothing was started.',
    })
  }
  const steps = new Map<string, Set<string>>()
  for (const word of asked) {
    const [stage = '', step] = word.split('.')
    if (step === undefined) continue
    const known = steps.get(stage) ?? new Set()
    steps.set(stage, known.add(step))
  }
  return {
    id,
    trusted: allowed[id].trusted,
    stages: [...new Set(asked.map((word) => word.split('.')[0] ?? ''))],
    steps,
    part: partOf(id, last, shard, platform),
  }
}

function partOf(id: JobId, last: string, shard: string | undefined, platform: string | undefined): string {
  switch (id) {
    case 'test':
      return shard ?? '1/1'
    case 'scan':
      return last.split('.')[1] ?? ''
    case 'image-build':
      return platform ?? ''
    case 'preflight':
    case 'build':
    case 'image-push':
    case 'deploy':
    case 'report':
      return ''
  }
}

/** `test (2/3)`, as people call a job of a matrix. */
export function nameOf(job: { readonly id: JobId; readonly part: string }): string {
  return job.part === '' ? job.id : `${job.id} (${job.part})`
}
