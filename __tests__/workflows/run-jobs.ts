import { commonFunctions, type Contexts, interpolate, isTrue, toText } from './expression.ts'
import { needsOf, type Workflow, type WorkflowJob } from './workflow.ts'

/** One leg of a job, ready to run: its step that calls the action. */
export interface JobCall {
  readonly job: string
  /** As people see it: `test (2/3)`. */
  readonly name: string
  readonly permissions: Readonly<Record<string, string>>
  readonly environment: string | undefined
  /** The action's inputs; an empty one is there too, as a runner has it. */
  readonly inputs: Readonly<Record<string, string>>
}

export interface JobEnd {
  readonly result: 'success' | 'failure' | 'cancelled' | 'skipped'
  /** Of the step that calls the action. */
  readonly outputs: Readonly<Record<string, string>>
}

export interface JobsEnd {
  readonly jobs: Readonly<
    Record<string, { readonly result: JobEnd['result']; readonly outputs: Record<string, string> }>
  >
  readonly outputs: Readonly<Record<string, string>>
}

/** How jobs ended in an earlier attempt; with a leg, that one of a matrix runs again, and the others stay as they were. */
export type EarlierJobs = Readonly<Record<string, JobsEnd['jobs'][string] & { readonly leg?: number }>>

/**
 * Runs the jobs of a reusable workflow in the order of their needs, as GitHub does: conditions, matrices, outputs. What a
 * job does is up to `run`.
 */
export async function runJobs(
  workflow: Workflow,
  given: {
    readonly inputs: Contexts
    readonly secrets: Contexts
    /** Of the environment: they reach the jobs alone that run in it, before those of the repository. */
    readonly environmentSecrets?: Contexts
  },
  run: (call: JobCall) => Promise<JobEnd>,
  earlier: EarlierJobs = {},
): Promise<JobsEnd> {
  const declared = workflow.on.workflow_call ?? {}
  const inputs = Object.fromEntries(
    Object.entries(declared.inputs ?? {}).map(([name, each]) => [name, given.inputs[name] ?? each.default]),
  )
  const contexts = { inputs, github: { token: '' } }
  const ended: Record<string, { result: JobEnd['result']; outputs: Record<string, string> }> = {}
  const running = new Map<string, Promise<void>>()
  const start = (id: string): Promise<void> => {
    const job = workflow.jobs[id]!
    const known = running.get(id)
    if (known !== undefined) return known
    const done = Promise.all(needsOf(job).map(start)).then(async () => {
      const before = earlier[id]
      const stays = before !== undefined && before.leg === undefined
      const secrets = { ...given.secrets, ...(job.environment === undefined ? {} : given.environmentSecrets) }
      ended[id] = stays ? before : await runJob(id, job, { ended, before }, { ...contexts, secrets }, run)
    })
    running.set(id, done)
    return done
  }
  await Promise.all(Object.keys(workflow.jobs).map(start))
  const outputs = Object.fromEntries(
    Object.entries(declared.outputs ?? {}).map(([name, { value }]) => [
      name,
      toText(interpolate(value, { jobs: ended }, commonFunctions)),
    ]),
  )
  return { jobs: ended, outputs }
}

async function runJob(
  id: string,
  job: WorkflowJob,
  { ended, before }: { readonly ended: JobsEnd['jobs']; readonly before: EarlierJobs[string] | undefined },
  common: Contexts,
  run: (call: JobCall) => Promise<JobEnd>,
): Promise<{ result: JobEnd['result']; outputs: Record<string, string> }> {
  const needs = Object.fromEntries(needsOf(job).map((need) => [need, ended[need]!]))
  const results = Object.values(needs).map(({ result }) => result)
  const functions = {
    ...commonFunctions,
    always: () => true,
    cancelled: () => results.includes('cancelled'),
    failure: () => results.includes('failure'),
    success: () => results.every((result) => result === 'success'),
  }
  const contexts = { ...common, needs }
  const condition = job.if ?? '${{ success() }}'
  // Without a status function the condition has an implicit `success() &&`.
  const asked = /\b(?:always|cancelled|failure|success)\(/.test(condition)
    ? condition
    : condition.replace('${{', '${{ success() && (').replace('}}', ') }}')
  if (!isTrue(interpolate(asked, contexts, functions))) return { result: 'skipped', outputs: {} }
  const legs = listLegs(job, contexts, functions)
  const ends = await Promise.all(
    legs.map(async (matrix, index) => {
      if (before?.leg !== undefined && before.leg !== index) return { result: before.result, outputs: [] }
      const own = { ...contexts, matrix, strategy: { 'job-index': index, 'job-total': legs.length } }
      const end = await run(callOf(id, job, own, functions))
      const outputs = Object.entries(job.outputs ?? {}).map(([name, text]) => [
        name,
        toText(interpolate(text, { ...own, steps: { stagegate: { outputs: end.outputs } } }, functions)),
      ])
      return { result: end.result, outputs: outputs.filter(([, value]) => value !== '') }
    }),
  )
  const worst = (['failure', 'cancelled', 'success'] as const).find((each) =>
    ends.some(({ result }) => result === each),
  )
  return {
    result: worst ?? 'skipped',
    outputs: { ...before?.outputs, ...Object.fromEntries(ends.flatMap(({ outputs }) => outputs)) },
  }
}

function listLegs(
  { strategy }: WorkflowJob,
  contexts: Contexts,
  functions: typeof commonFunctions,
): readonly Readonly<Record<string, unknown>>[] {
  if (strategy === undefined) return [{}]
  const [[name, text] = ['', '']] = Object.entries(strategy.matrix)
  const values = interpolate(text, contexts, functions) as readonly unknown[]
  if (values.length === 0) throw new Error('a matrix without values')
  return values.map((value) => (name === 'include' ? (value as Record<string, unknown>) : { [name]: value }))
}

function callOf(
  id: string,
  job: WorkflowJob,
  contexts: Contexts,
  functions: typeof commonFunctions,
): JobCall {
  const text = (value: unknown): string =>
    typeof value === 'string' ? toText(interpolate(value, contexts, functions)) : toText(value)
  const step = job.steps?.find((each) => each.uses === '$/pipeline')
  return {
    job: id,
    name: text(job.name ?? id),
    permissions: job.permissions ?? {},
    environment: job.environment === undefined ? undefined : text(job.environment.name),
    inputs: Object.fromEntries(Object.entries(step?.with ?? {}).map(([name, value]) => [name, text(value)])),
  }
}
