import { z } from 'zod'
import { StagegateError } from '../errors/index.ts'
import { describeAllowed } from './describe-allowed.ts'
import { subjects, withoutPrefix } from './event-subjects.ts'
import type { Trigger } from './trigger.ts'
import { stripEnd } from '../text/strip-end.ts'

type Environment = Readonly<Record<string, string | undefined>>

const commit = z.string().regex(/^[0-9a-f]{40}$/, 'a commit of 40 hex digits')
const text = z.string().min(1, 'a text that is not empty')
const digits = z.string().regex(/^[0-9]{1,20}$/, 'a number')
const fullName = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')

const variables = z.object({
  GITHUB_EVENT_NAME: text,
  GITHUB_REPOSITORY: fullName,
  /** Not on every server. */
  GITHUB_REPOSITORY_ID: digits.optional(),
  GITHUB_SHA: commit,
  GITHUB_REF: z.string().regex(/^refs\/\S+$/, 'a full ref such as refs/heads/main'),
  GITHUB_RUN_ID: digits,
  GITHUB_RUN_NUMBER: digits,
  GITHUB_RUN_ATTEMPT: digits.default('1'),
  GITHUB_WORKFLOW: text,
  /** `owner/name/.github/workflows/staging.yml@refs/heads/main`; not on every server. */
  GITHUB_WORKFLOW_REF: z.string().optional(),
  GITHUB_JOB: text,
  GITHUB_ACTOR: text,
  GITHUB_SERVER_URL: z
    .url({ protocol: /^https?$/, error: 'an http or https URL' })
    .default('https://github.com'),
})

/** Branches that GitHub makes for its merge queue: what is on them is not merged yet. */
const QUEUE = 'gh-readonly-queue/'

/**
 * What started the run, from the runner's variables and the event's payload. Pure.
 *
 * @param payload the parsed content of `GITHUB_EVENT_PATH`
 * @throws StagegateError E_EVENT_UNSUPPORTED with every variable or field that is missing or makes no sense
 */
export function parseTrigger(env: Environment, payload: unknown): Trigger {
  const known = read(variables, withoutEmpty(env), 'variables')
  const { GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha, GITHUB_REF: ref } = known
  const subjectOf = Object.hasOwn(subjects, event) ? subjects[event] : undefined
  if (subjectOf === undefined) {
    throw unsupported(
      `The event "${event}" is not supported; supported are ${Object.keys(subjects).join(', ')}.`,
    )
  }
  const trigger: Omit<Trigger, 'run'> = {
    event,
    action: undefined,
    repository,
    commit: sha,
    headCommit: sha,
    ref,
    branch: withoutPrefix(ref, 'refs/heads/'),
    tag: withoutPrefix(ref, 'refs/tags/'),
    mayBeTag: false,
    pullRequest: undefined,
    untrusted: undefined,
    foreignCommit: undefined,
    deploysNothing: undefined,
    nothingToDo: undefined,
    ...subjectOf(known, { read: (schema) => read(schema, payload, event), unsupported }),
  }
  const isQueued = trigger.branch?.startsWith(QUEUE) ?? false
  return {
    ...trigger,
    ...(known.GITHUB_REPOSITORY_ID === undefined ? {} : { repositoryId: known.GITHUB_REPOSITORY_ID }),
    ...(isQueued ? { deploysNothing: `${trigger.branch ?? ''} is a branch of the merge queue` } : {}),
    run: {
      id: known.GITHUB_RUN_ID,
      attempt: Number(known.GITHUB_RUN_ATTEMPT),
      number: Number(known.GITHUB_RUN_NUMBER),
      workflow: known.GITHUB_WORKFLOW,
      workflowPath: /^[^/]+\/[^/]+\/([^@]+)@/.exec(known.GITHUB_WORKFLOW_REF ?? '')?.[1],
      job: known.GITHUB_JOB,
      actor: known.GITHUB_ACTOR,
      url: `${stripEnd(known.GITHUB_SERVER_URL, '/')}/${repository}/actions/runs/${known.GITHUB_RUN_ID}/attempts/${known.GITHUB_RUN_ATTEMPT}`,
    },
  }
}

function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
}

function read<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const parsed = schema.safeParse(value, { error: describeAllowed })
  if (parsed.success) return parsed.data
  throw new StagegateError('E_EVENT_UNSUPPORTED', {
    message:
      what === 'variables'
        ? 'The variables of the runner are not complete; Stagegate runs as a step of a GitHub workflow.'
        : `The payload of the event ${what} is not as GitHub documents it.`,
    evidence: parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the payload'} is missing or not ${issue.message}`,
    ),
    ...(what === 'variables'
      ? { next: 'Run it as a step of a workflow, or set the variables that are named.' }
      : {}),
  })
}

function unsupported(message: string): StagegateError {
  return new StagegateError('E_EVENT_UNSUPPORTED', { message })
}
