import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import type { Finished, Processes } from '../runner/processes.ts'
import { createCloneAt, createResolveAt } from './clone-at.ts'
import { changedInCommit } from './changed-in-commit.ts'
import { compareCommits } from './compare-commits.ts'
import { createRunGit } from './git-command.ts'
import type { GitCredential } from './git-environment.ts'
import { explainMissingFilter, gitReasons } from './git-failure.ts'
import type { Git } from './git.ts'
import { findKeptCredentials } from './kept-credentials.ts'
import { findLfsPointers } from './lfs-pointers.ts'
import { listFiles } from './list-files.ts'
import { isCommitId, isRefName } from './names.ts'
import { parseRefs } from './parse-refs.ts'
import { retryWhileUnavailable } from './retry.ts'

export interface GitOptions {
  readonly processes: Processes
  readonly clock: Clock
  /** Where repositories given as `owner/name` are: `https://github.com`. Plain http only for a loopback address. */
  readonly serverUrl: string
  /** Reads the run's own repository. */
  readonly token: string | undefined
  /** Reads the repository of the deployment configurations; without it, `token` does. */
  readonly configsToken: string | undefined
}

/** Git by its command line. */
export function createGit(options: GitOptions): Git {
  const { processes, clock, serverUrl } = options
  const run = createRunGit(processes, allowedProtocols(serverUrl))
  const credential = (token: string | undefined): readonly GitCredential[] =>
    token === undefined || token === '' ? [] : [{ url: serverUrl, token }]

  const others = { run, clock, serverUrl, credentials: credential(options.configsToken ?? options.token) }

  /** A local command that can only fail if the repository is not what it should be. */
  async function local(workspace: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
    return succeeded(await run({ workspace, args, signal }), workspace).stdout
  }

  return {
    async headCommit(workspace, signal) {
      const args = ['rev-parse', '--verify', '--end-of-options', 'HEAD^{commit}']
      return lastLine(await local(workspace, args, signal))
    },
    async tree(workspace, commit, signal) {
      const args = ['rev-parse', '--verify', '--end-of-options', `${checked(commit)}^{tree}`]
      return lastLine(await local(workspace, args, signal))
    },
    async hasCommit(workspace, commit, signal) {
      const args = ['cat-file', '-e', `${checked(commit)}^{commit}`]
      return (await run({ workspace, args, signal })).exitCode === 0
    },
    async fetchCommit(workspace, commit, { signal }) {
      // In a whole clone, --depth would cut the history that is there.
      const shallow = lastLine(await local(workspace, ['rev-parse', '--is-shallow-repository'], signal))
      const depth = shallow === 'true' ? ['--depth=1'] : []
      const args = ['fetch', '--no-tags', '--no-recurse-submodules', ...depth, 'origin', checked(commit)]
      const fetched = await retryWhileUnavailable(clock, signal, () =>
        run({ workspace, args, credentials: credential(options.token), signal }),
      )
      if (fetched.exitCode !== 0) {
        throw new StagegateError('E_CHECKOUT_COMMIT_MISSING', {
          message: `Commit ${commit} is not in the checkout, and fetching it failed.`,
          evidence: gitReasons(fetched.stderr),
          state: 'Nothing was built or deployed.',
        })
      }
    },
    async refsNamed(workspace, name, signal) {
      if (!isRefName(name)) return undefined
      const [branch, tag] = [`refs/heads/${name}`, `refs/tags/${name}`]
      const args = ['ls-remote', '--end-of-options', 'origin', branch, tag, `${tag}^{}`]
      const asked = await retryWhileUnavailable(clock, signal, () =>
        run({ workspace, args, credentials: credential(options.token), signal }),
      )
      if (asked.exitCode !== 0) return undefined
      const found = parseRefs(asked.stdout)
      return { branch: found.get(branch), tag: found.get(`${tag}^{}`) ?? found.get(tag) }
    },
    async checkOut(workspace, commit, signal) {
      const args = ['checkout', '--quiet', '--detach', '--no-recurse-submodules', checked(commit)]
      const finished = await run({ workspace, args, signal })
      if (finished.exitCode !== 0) {
        const filter = explainMissingFilter(finished.stderr)
        if (filter !== undefined) throw filter
        throw new StagegateError('E_CHECKOUT_DIRTY', {
          message: `The workspace cannot be brought to commit ${commit.slice(0, 12)}.`,
          evidence: finished.stderr.split('\n').filter(Boolean).slice(0, 20),
          state: 'Nothing was built or deployed.',
        })
      }
    },
    async changedFiles(workspace, signal) {
      const args = ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames']
      const entries = (await local(workspace, args, signal)).split('\0').filter(Boolean)
      return entries.slice(0, 20).map((entry) => entry.slice(3))
    },
    async untracked(folder, signal) {
      // Reads no content: nothing that the checkout configures is run.
      const args = ['ls-files', '-z', '--others', '--directory', '--no-empty-directory']
      return (await local(folder, args, signal)).split('\0').filter(Boolean)
    },
    async ownFile(workspace, name, signal) {
      const args = ['rev-parse', '--path-format=absolute', '--git-path', `stagegate/${name}`]
      return lastLine(await local(workspace, args, signal))
    },
    listFiles: (workspace, signal) =>
      listFiles(async (args, keepBytes) =>
        succeeded(await run({ workspace, args, signal, keepBytes }), workspace),
      ),
    changedInCommit: (workspace, pathspecs, signal) => changedInCommit(run, workspace, pathspecs, signal),
    async readAtParent(workspace, path, signal) {
      const { exitCode, stdout } = await run({ workspace, args: ['show', `HEAD^:./${path}`], signal })
      return exitCode === 0 ? stdout : undefined
    },
    lfsPointers: (workspace, signal) => findLfsPointers(run, workspace, signal),
    keptCredentials: (workspace, signal) => findKeptCredentials(run, workspace, signal),
    compareCommits: (workspace, base, head, signal) =>
      compareCommits(run, workspace, checked(base), checked(head), signal),
    async describe(workspace, commit, signal) {
      const format = ['--no-show-signature', '--encoding=UTF-8', '--format=%s%x00%an%x00%cI']
      const text = await local(workspace, ['log', '-1', ...format, checked(commit), '--'], signal)
      const [subject = '', author = '', committedAt = ''] = text.trimEnd().split('\0')
      return { subject, author, committedAt }
    },
    resolveAt: createResolveAt(others),
    cloneAt: createCloneAt(others),
  }
}

/** https and ssh; http for a server on this machine only, as the testbed's is. */
function allowedProtocols(serverUrl: string): readonly string[] {
  const { protocol, hostname } = new URL(serverUrl)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
  return protocol === 'http:' && loopback ? ['https', 'ssh', 'http'] : ['https', 'ssh']
}

function checked(commit: string): string {
  if (!isCommitId(commit)) throw new TypeError(`not a full commit id: ${JSON.stringify(commit)}`)
  return commit
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

function succeeded(finished: Finished, workspace: string): Finished {
  if (finished.exitCode === 0) return finished
  const filter = explainMissingFilter(finished.stderr)
  if (filter !== undefined) throw filter
  throw new StagegateError('E_CHECKOUT_NOT_GIT', {
    message: `Git cannot read the checkout in ${workspace} (exit ${finished.exitCode}).`,
    evidence: gitReasons(finished.stderr),
    state: 'Nothing was built or deployed.',
  })
}
