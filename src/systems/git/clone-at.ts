import { mkdir } from 'node:fs/promises'
import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import type { Finished } from '../runner/processes.ts'
import type { RunGit } from './git-command.ts'
import type { GitCredential } from './git-environment.ts'
import { classifyGitFailure, explainMissingFilter, type GitFailure, gitReasons } from './git-failure.ts'
import type { Git } from './git.ts'
import { isCommitId, isRefName, repositoryUrl } from './names.ts'
import { parseRefs } from './parse-refs.ts'
import { retryWhileUnavailable } from './retry.ts'

const CODES: Readonly<Record<GitFailure, ErrorCode>> = {
  access: 'E_CONFIG_GIT_ACCESS',
  missing: 'E_CONFIG_REF_MISSING',
  unavailable: 'E_CONFIG_GIT_UNAVAILABLE',
}

const NOTHING_APPLIED = 'Nothing was applied to the cluster.'

/** Another repository, by the URL and the credentials that the run has for it. */
export interface OtherRepositories {
  readonly run: RunGit
  readonly clock: Clock
  readonly serverUrl: string
  readonly credentials: readonly GitCredential[]
}

/**
 * Asks what a ref is now. A full SHA is what it says; whether the repository can be read is asked all the same.
 */
export function createResolveAt(options: OtherRepositories): Git['resolveAt'] {
  return async ({ repository, ref, folder, signal }) => {
    const { url, remote } = openRepository(options, repository, ref, folder, signal)
    if (isCommitId(ref)) await remote(['ls-remote', '--end-of-options', url, 'HEAD'])
    return { commit: await resolve(ref, url, repository, remote) }
  }
}

/**
 * Resolves the ref to a SHA first and fetches that SHA, so that a ref that moves meanwhile changes nothing. The clone
 * has no remote, no hook and no template: nothing of it can run, and no token is in it.
 */
export function createCloneAt(options: OtherRepositories): Git['cloneAt'] {
  return async ({ repository, ref, folder, signal }) => {
    const { url, git, remote } = openRepository(options, repository, ref, folder, signal)
    await mkdir(folder, { recursive: true })
    const commit = await resolve(ref, url, repository, remote)
    const from = ['--end-of-options', url, commit]
    for (const args of [
      ['init', '--quiet', '--template=', '--initial-branch=main'],
      ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', ...from],
      ['checkout', '--quiet', '--detach', '--no-recurse-submodules', commit],
    ]) {
      if (args[0] === 'fetch') await remote(args)
      else local(await git(args), repository)
    }
    const head = local(await git(['rev-parse', '--verify', 'HEAD']), repository).stdout.trim()
    if (head !== commit) throw new Error(`asked for ${commit}, checked out ${head}`)
    return { commit }
  }
}

/** Its URL, and Git with its credentials; `remote` repeats while it is away, and throws when it refuses. */
function openRepository(
  { run, clock, serverUrl, credentials }: OtherRepositories,
  repository: string,
  ref: string,
  folder: string,
  signal: AbortSignal,
): { readonly url: string; readonly git: Remote; readonly remote: Remote } {
  const url = repositoryUrl(repository, serverUrl)
  if (url === undefined) {
    throw new StagegateError('E_CONFIG_GIT_ACCESS', {
      message: `${JSON.stringify(repository)} is neither owner/name nor an https URL without credentials.`,
      next: 'Correct deploy.configs.repository.',
    })
  }
  const git: Remote = (args) => run({ workspace: folder, args, credentials, signal })
  const remote: Remote = async (args) => {
    const finished = await retryWhileUnavailable(clock, signal, () => git(args))
    if (finished.exitCode !== 0) throw remoteFailure(finished, repository, ref)
    return finished
  }
  return { url, git, remote }
}

type Remote = (args: readonly string[]) => Promise<Finished>

async function resolve(ref: string, url: string, repository: string, remote: Remote): Promise<string> {
  if (isCommitId(ref)) return ref
  if (!isRefName(ref)) {
    throw new StagegateError('E_CONFIG_REF_MISSING', {
      message: `${JSON.stringify(ref)} cannot be the name of a ref.`,
      state: NOTHING_APPLIED,
    })
  }
  const names = ref.startsWith('refs/')
    ? [`${ref}^{}`, ref]
    : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`]
  const found = parseRefs((await remote(['ls-remote', '--end-of-options', url, ...names])).stdout)
  const commit = names.map((name) => found.get(name)).find((each) => each !== undefined)
  if (commit !== undefined) return commit
  const branches = parseRefs((await remote(['ls-remote', '--heads', '--end-of-options', url])).stdout)
  const there = [...branches.keys()].map((name) => name.replace('refs/heads/', ''))
  throw new StagegateError('E_CONFIG_REF_MISSING', {
    message: `${repository} has no branch or tag ${ref}.`,
    evidence: [`Branches there: ${there.slice(0, 20).join(', ') || 'none'}.`],
    state: NOTHING_APPLIED,
  })
}

function remoteFailure(finished: Finished, repository: string, ref: string): StagegateError {
  const failure = classifyGitFailure(finished.stderr)
  const messages: Readonly<Record<GitFailure, string>> = {
    access: `${repository} refused access, or does not exist.`,
    missing: `${repository} no longer has what ${ref} named.`,
    unavailable: `${repository} could not be read in 3 attempts.`,
  }
  return new StagegateError(CODES[failure], {
    message: messages[failure],
    evidence: gitReasons(finished.stderr),
    state: NOTHING_APPLIED,
  })
}

/** A command that only touches our own folder: it fails for a full disk, or for a repository that Git refuses. */
function local(finished: Finished, repository: string): Finished {
  if (finished.exitCode === 0) return finished
  const filter = explainMissingFilter(finished.stderr)
  if (filter !== undefined) throw filter.with({ state: NOTHING_APPLIED })
  if (/no space left/i.test(finished.stderr)) {
    throw new StagegateError('E_DISK_FULL', {
      message: `The disk is full while ${repository} is checked out.`,
    })
  }
  throw new StagegateError('E_CONFIG_GIT_UNAVAILABLE', {
    message: `${repository} was fetched but could not be checked out.`,
    evidence: gitReasons(finished.stderr),
    state: NOTHING_APPLIED,
  })
}
