import { z } from 'zod'
import type { Trigger } from './trigger.ts'

/** What an event adds to the runner's own variables. */
export type Subject = Pick<
  Trigger,
  | 'commit'
  | 'headCommit'
  | 'branch'
  | 'tag'
  | 'mayBeTag'
  | 'action'
  | 'pullRequest'
  | 'untrusted'
  | 'foreignCommit'
  | 'deploysNothing'
  | 'nothingToDo'
>

/** The variables of the runner that a subject depends on. */
export interface EventVariables {
  readonly GITHUB_REPOSITORY: string
  readonly GITHUB_REF: string
  readonly GITHUB_ACTOR: string
}

/** How the place that parses the payload checks it, and refuses it. */
export interface EventReader {
  readonly read: <Value>(schema: z.ZodType<Value>) => Value
  readonly unsupported: (message: string) => Error
}

const commit = z.string().regex(/^[0-9a-f]{40}$/, 'a commit of 40 hex digits')
const text = z.string().min(1, 'a text that is not empty')
const fullName = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
const repository = z.object({ full_name: fullName, id: z.number().int().optional() })
/** Null when the fork that a pull request came from was deleted. */
const origin = repository.nullish()

const pullRequestPayload = z.object({
  action: text.optional(),
  pull_request: z.object({
    number: z.number().int().positive(),
    head: z.object({ sha: commit, repo: origin }),
    base: z.object({ ref: text }),
    merged: z.boolean().nullish(),
  }),
  repository: repository.optional(),
})
const workflowRunPayload = z.object({
  action: text.optional(),
  workflow_run: z.object({
    head_sha: commit,
    head_branch: text.nullish(),
    head_repository: origin,
    event: text.optional(),
    conclusion: text.nullish(),
    actor: z.object({ login: text }).nullish(),
  }),
  repository: repository.extend({ full_name: fullName.optional(), default_branch: text }),
})
const releasePayload = z.object({ action: text, release: z.object({ tag_name: text }) })
const mergeGroupPayload = z.object({
  action: text.optional(),
  merge_group: z.object({ head_sha: commit, base_ref: text }),
})
const pushPayload = z.object({
  ref: text.optional(),
  after: z.string().optional(),
  deleted: z.boolean().optional(),
})

const DEPENDABOT = 'dependabot[bot]'
const NO_COMMIT = /^0+$/
/** Events whose runs can be for a tag: of all others GitHub's `head_branch` is a branch. */
const EVENTS_ON_TAGS = ['push', 'workflow_dispatch', 'create', 'deployment', 'dynamic']

/** Which commit, branch, tag and pull request each supported event is about. */
export const subjects: Readonly<
  Record<string, (env: EventVariables, reader: EventReader) => Partial<Subject>>
> = {
  push(env, { read }) {
    const { ref = env.GITHUB_REF, after = '', deleted } = read(pushPayload.nullish()) ?? {}
    // GITHUB_SHA and GITHUB_REF are the default branch's then; the payload alone names what was deleted.
    if (deleted === true || NO_COMMIT.test(after))
      return { nothingToDo: `The push deleted ${ref}: there is no commit to build.` }
    return { untrusted: dependabot(env) }
  },
  pull_request(env, { read }) {
    const { action, pull_request: request, repository: own } = read(pullRequestPayload)
    const fork = isFork(request.head.repo, own, env)
    return {
      action,
      headCommit: request.head.sha,
      branch: undefined,
      pullRequest: { number: request.number, baseBranch: request.base.ref },
      untrusted: fork ? 'no credentials on a fork' : dependabot(env),
      deploysNothing:
        action === 'closed' && request.merged !== true
          ? 'the pull request was closed without being merged'
          : undefined,
    }
  },
  pull_request_target(_env, { read }) {
    const { action, pull_request: request } = read(pullRequestPayload)
    return {
      action,
      pullRequest: { number: request.number, baseBranch: request.base.ref },
      // The run has credentials, and the author of the pull request chose what is in it: nothing may be deployed.
      untrusted: 'pull_request_target runs on behalf of whoever opened the pull request',
      foreignCommit: request.head.sha,
    }
  },
  merge_group(_env, { read }) {
    const { action, merge_group: group } = read(mergeGroupPayload)
    return {
      action,
      headCommit: group.head_sha,
      branch: withoutPrefix(group.base_ref, 'refs/heads/') ?? group.base_ref,
      deploysNothing: action === 'destroyed' ? 'the merge group was destroyed' : undefined,
    }
  },
  workflow_run(env, { read, unsupported }) {
    const { action, workflow_run: run, repository: own } = read(workflowRunPayload)
    if (isFork(run.head_repository, own, env)) {
      throw unsupported(
        'The workflow_run was started by a fork, whose code must not run where credentials are.',
      )
    }
    const name = run.head_branch ?? undefined
    const isTag = run.event === 'release'
    // Unlike a run of the change itself, this one has credentials, even if an outsider started the earlier one.
    const isUnmerged = run.actor?.login === DEPENDABOT && name !== own.default_branch
    return {
      action,
      // GITHUB_SHA is the default branch's tip here, not what the earlier workflow ran on.
      ...{ commit: run.head_sha, headCommit: run.head_sha },
      ...(isTag ? { branch: undefined, tag: name } : { branch: name }),
      mayBeTag: name !== undefined && EVENTS_ON_TAGS.includes(run.event ?? 'push'),
      untrusted: isUnmerged ? 'nobody has merged this change of Dependabot' : undefined,
      deploysNothing: whyNotPassed(action, run.conclusion ?? undefined),
    }
  },
  workflow_dispatch: () => ({}),
  repository_dispatch: () => ({}),
  schedule: () => ({}),
  release(_env, { read, unsupported }) {
    const { action, release } = read(releasePayload)
    if (action === 'deleted' || action === 'unpublished') {
      throw unsupported(`The release ${release.tag_name} was ${action}; there is nothing to deploy.`)
    }
    return { action }
  },
}

/**
 * Whether the head is of another repository. A payload keeps the names of its time, so a run that is started again after a
 * rename or a transfer has another GITHUB_REPOSITORY; the id stays.
 */
function isFork(
  head: z.infer<typeof origin>,
  own: { readonly id?: number | undefined; readonly full_name?: string | undefined } | undefined,
  env: EventVariables,
): boolean {
  if (head === null || head === undefined) return true
  if (head.id !== undefined && own?.id !== undefined) return head.id !== own.id
  return head.full_name.toLowerCase() !== (own?.full_name ?? env.GITHUB_REPOSITORY).toLowerCase()
}

function whyNotPassed(action: string | undefined, conclusion: string | undefined): string | undefined {
  if (action !== 'completed')
    return `the earlier workflow has not ended: this is the action ${action ?? 'that GitHub does not name'}`
  if (conclusion === 'success') return undefined
  return `the earlier workflow ended with ${conclusion ?? 'no conclusion'}`
}

/**
 * Runs that Dependabot starts get a read-only token and none of the Actions secrets, also when somebody else starts them
 * again: GITHUB_ACTOR stays who started the first attempt, and its rights do.
 */
function dependabot(env: EventVariables): string | undefined {
  return env.GITHUB_ACTOR === DEPENDABOT ? 'no credentials in a run of Dependabot' : undefined
}

export function withoutPrefix(ref: string, prefix: string): string | undefined {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : undefined
}
