import { z } from 'zod'
import { StagegateError } from '../errors/index.ts'
import { describeAllowed } from './describe-allowed.ts'
import type { Trigger } from './trigger.ts'
import { stripEnd } from '../text/strip-end.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What an event adds to the runner's own variables. */
type Subject = Pick<
  Trigger,
  'commit' | 'headCommit' | 'branch' | 'tag' | 'pullRequest' | 'untrusted' | 'foreignCommit'
>

const commit = z.string().regex(/^[0-9a-f]{40}$/, 'a commit of 40 hex digits')
const text = z.string().min(1, 'a text that is not empty')
const digits = z.string().regex(/^[0-9]{1,20}$/, 'a number')
const fullName = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
/** Null when the fork that a pull request came from was deleted. */
const origin = z.object({ full_name: fullName }).nullish()

const variables = z.object({
  GITHUB_EVENT_NAME: text,
  GITHUB_REPOSITORY: fullName,
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

const pullRequestPayload = z.object({
  pull_request: z.object({
    number: z.number().int().positive(),
    head: z.object({ sha: commit, repo: origin }),
    base: z.object({ ref: text }),
  }),
})
const workflowRunPayload = z.object({
  workflow_run: z.object({
    head_sha: commit,
    head_branch: text.nullish(),
    head_repository: origin,
    actor: z.object({ login: text }).nullish(),
  }),
  repository: z.object({ default_branch: text }),
})
const releasePayload = z.object({ action: text, release: z.object({ tag_name: text }) })
const mergeGroupPayload = z.object({ merge_group: z.object({ head_sha: commit, base_ref: text }) })
const pushPayload = z.object({ deleted: z.boolean().optional() })

const DEPENDABOT = 'dependabot[bot]'

type Variables = z.infer<typeof variables>

/** Which commit, branch, tag and pull request each supported event is about. */
const subjects: Readonly<Record<string, (env: Variables, payload: unknown) => Partial<Subject>>> = {
  push(env, payload) {
    if (read(pushPayload, payload ?? {}, 'push').deleted === true) {
      throw unsupported(`The push deleted ${env.GITHUB_REF}; there is no commit to deploy.`)
    }
    return { untrusted: dependabot(env) }
  },
  pull_request(env, payload) {
    const { pull_request: request } = read(pullRequestPayload, payload, 'pull_request')
    const fork = request.head.repo?.full_name !== env.GITHUB_REPOSITORY
    return {
      headCommit: request.head.sha,
      branch: undefined,
      pullRequest: { number: request.number, baseBranch: request.base.ref },
      untrusted: fork ? 'no credentials on a fork' : dependabot(env),
    }
  },
  pull_request_target(_env, payload) {
    const { pull_request: request } = read(pullRequestPayload, payload, 'pull_request_target')
    return {
      pullRequest: { number: request.number, baseBranch: request.base.ref },
      // The run has credentials, and whoever opened the pull request chose what is in it: nothing may be deployed.
      untrusted: 'pull_request_target runs on behalf of whoever opened the pull request',
      foreignCommit: request.head.sha,
    }
  },
  merge_group(_env, payload) {
    const { merge_group: group } = read(mergeGroupPayload, payload, 'merge_group')
    return {
      headCommit: group.head_sha,
      branch: withoutPrefix(group.base_ref, 'refs/heads/') ?? group.base_ref,
    }
  },
  workflow_run(env, payload) {
    const { workflow_run: run, repository } = read(workflowRunPayload, payload, 'workflow_run')
    if (run.head_repository?.full_name !== env.GITHUB_REPOSITORY) {
      throw unsupported(
        'The workflow_run was started by a fork, whose code must not run where credentials are.',
      )
    }
    const branch = run.head_branch ?? undefined
    // Unlike a run of the change itself, this one has credentials whoever started the earlier one.
    const isUnmerged = run.actor?.login === DEPENDABOT && branch !== repository.default_branch
    return {
      // GITHUB_SHA is the default branch's tip here, not what the earlier workflow ran on.
      ...{ commit: run.head_sha, headCommit: run.head_sha, branch },
      untrusted: isUnmerged ? 'nobody has merged this change of Dependabot' : undefined,
    }
  },
  workflow_dispatch: () => ({}),
  repository_dispatch: () => ({}),
  schedule: () => ({}),
  release(_env, payload) {
    const { action, release } = read(releasePayload, payload, 'release')
    if (action === 'deleted' || action === 'unpublished') {
      throw unsupported(`The release ${release.tag_name} was ${action}; there is nothing to deploy.`)
    }
    return {}
  },
}

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
  return {
    event,
    repository,
    commit: sha,
    headCommit: sha,
    ref,
    branch: withoutPrefix(ref, 'refs/heads/'),
    tag: withoutPrefix(ref, 'refs/tags/'),
    pullRequest: undefined,
    untrusted: undefined,
    foreignCommit: undefined,
    ...subjectOf(known, payload),
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

/**
 * Runs that Dependabot starts get a read-only token and none of the Actions secrets, also when somebody else starts them
 * again: GITHUB_ACTOR stays who started the first attempt, and its rights do.
 */
function dependabot(env: Variables): string | undefined {
  return env.GITHUB_ACTOR === DEPENDABOT ? 'no credentials in a run of Dependabot' : undefined
}

function withoutPrefix(ref: string, prefix: string): string | undefined {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : undefined
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
